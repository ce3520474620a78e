/** What the machine refuses, or what may not be asked of it. */

import { type CodexErrorOptions, ToolError } from '../protocol/errors.ts'
import type { SandboxMode } from '../protocol/modes.ts'

export type Access = 'read' | 'write'

/** The sandbox mode, or the roots, forbid to touch this path. */
export class PathDeniedError extends ToolError {
  override readonly name = 'PathDeniedError'
  override readonly code = 'path_denied'
  /** Absolute, links followed. */
  readonly path: string
  readonly access: Access
  readonly sandboxMode: SandboxMode

  constructor(denial: {
    readonly path: string
    readonly access: Access
    readonly sandboxMode: SandboxMode
    /** A sentence each. */
    readonly reason: string
    readonly advice: string
  }) {
    const { path, access, sandboxMode, reason, advice } = denial
    const deed = access === 'read' ? 'read' : 'written'
    super(`${path} may not be ${deed} in sandbox mode ${sandboxMode}: ${reason}. ${advice}`)
    this.path = path
    this.access = access
    this.sandboxMode = sandboxMode
  }
}

/** A pipe, a socket or a device was to be read or written as a file. */
export class SpecialFileError extends ToolError {
  override readonly name = 'SpecialFileError'
  override readonly code = 'special_file'
  /** Absolute, links followed. */
  readonly path: string
  readonly access: Access

  constructor(path: string, access: Access) {
    super(
      access === 'read'
        ? `${path} was not read: it is a pipe, a socket or a device, which need not have an end. Read a plain file.`
        : `${path} was not written: it is a pipe, a socket or a device, which may wait for ever. Write a plain file, ` +
            'or run a command that writes there.',
    )
    this.path = path
    this.access = access
  }
}

/** No process can be started, because the sandbox mode cannot be enforced on this machine. */
export class SandboxUnavailableError extends ToolError {
  override readonly name = 'SandboxUnavailableError'
  override readonly code = 'sandbox_unavailable'
  /** The option that would have to change. */
  readonly option = 'sandboxMode'
  readonly sandboxMode: SandboxMode
  /** Goes on after "because". */
  readonly reason: string
  /** What a person can do; empty where nothing helps. */
  readonly remedy: string

  constructor(refusal: {
    readonly sandboxMode: SandboxMode
    /** Whether a person named the mode. */
    readonly sandboxRequested: boolean
    readonly reason: string
    readonly remedy: string
  }) {
    const { sandboxMode, sandboxRequested, reason, remedy } = refusal
    const why = sandboxRequested ? 'which was asked for' : 'the default, since none was named'
    super(
      `sandboxMode: no command was run. The mode is ${sandboxMode} (${why}), and it cannot be enforced on processes ` +
        `here, because ${reason}. ${remedy === '' ? '' : `${remedy} `}Tools that work on files without a process ` +
        "still obey it. To run commands with the full rights of the user, the host must pass sandboxMode 'danger-full-access'.",
    )
    this.sandboxMode = sandboxMode
    this.reason = reason
    this.remedy = remedy
  }
}

/** There is no process, because it could not be started. */
export class CommandNotStartedError extends ToolError {
  override readonly name = 'CommandNotStartedError'
  override readonly code = 'command_not_started'
  readonly cwd: string

  constructor(cwd: string, problem: string, options?: CodexErrorOptions) {
    super(`The command was not started in ${cwd}: ${problem}`, options)
    this.cwd = cwd
  }
}

/** No running command has this number: it ended and was seen to end, or never was. */
export class UnknownProcessError extends ToolError {
  override readonly name = 'UnknownProcessError'
  override readonly code = 'unknown_process'
  readonly sessionId: number

  /** The wording is upstream's. */
  constructor(sessionId: number) {
    super(`Unknown process id ${sessionId}`)
    this.sessionId = sessionId
  }
}

/** A command without a terminal was sent input. */
export class StdinClosedError extends ToolError {
  override readonly name = 'StdinClosedError'
  override readonly code = 'stdin_closed'
  readonly sessionId: number

  /** The wording is upstream's. */
  constructor(sessionId: number) {
    super('stdin is closed for this session; rerun exec_command with tty=true to keep stdin open')
    this.sessionId = sessionId
  }
}

/** A terminal was asked for, and the package that makes them could not be loaded. */
export class TerminalUnavailableError extends ToolError {
  override readonly name = 'TerminalUnavailableError'
  override readonly code = 'terminal_unavailable'
  /** What the host would have to install. */
  readonly packageName = 'node-pty'

  constructor(problem: string, options?: CodexErrorOptions) {
    super(
      `no command was run, because a terminal needs the package node-pty, and ${problem}. Call again without tty; ` +
        'a command that needs input can have it by a pipe or a here-document. The host can add terminals with ' +
        '`npm install node-pty`.',
      options,
    )
  }
}

/** The workspace was closed, and its processes ended with it. */
export class WorkspaceClosedError extends ToolError {
  override readonly name = 'WorkspaceClosedError'
  override readonly code = 'workspace_closed'

  constructor() {
    super('No command was run: its thread was closed. Resume the thread to run commands again.')
  }
}
