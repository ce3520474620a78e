/** What a mechanism that confines processes must do, so that there can be several. */

import type { SandboxMode } from '../../protocol/modes.ts'

/** Everything that decides what a new process is. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** What may be touched: by processes through a sandbox, by our own file access through `checkAccess`. */
export interface SandboxPolicy {
  readonly sandboxMode: SandboxMode
  /** Absolute, links followed; the first is the workspace's root. In `read-only` they may be read. */
  readonly writableRoots: readonly string[]
  /** Absolute, links followed; as writable as the roots in `workspace-write`, and out of bounds otherwise. */
  readonly temporaryFolders: readonly string[]
  /** Absolute, links followed; our own file access may read them beside the roots, as processes may read all. */
  readonly readableFolders: readonly string[]
  /** Absolute, as they are named and with links followed; not to be written although a writable folder holds them. */
  readonly protectedPaths: readonly string[]
  /** Whether processes may use the network. */
  readonly networkAccess: boolean
}

/** Why nothing can be enforced, and what a person can do about it. */
export interface SandboxProblem {
  /** Goes on after "because". */
  readonly reason: string
  /** Whole sentences; empty where nothing helps. */
  readonly remedy: string
}

/** A launch that is ready to be started once. */
export interface WrappedLaunch {
  readonly launch: Launch
  /** Why the sandbox could not be set up, once the command is over; undefined where it is not to blame. */
  setupFailure(): Promise<string | undefined>
  /** Puts away what the sandbox needed. Called once the command and all it started have ended, or never began. */
  release(): Promise<void>
}

/** A mechanism that holds a process, and all it starts, to a policy. */
export interface Sandbox {
  /** Why it holds nothing here; undefined where it does. Tried for real, and once in a process. */
  problem(): Promise<SandboxProblem | undefined>
  /**
   * The launch that starts the same command inside.
   *
   * @throws {CommandNotStartedError} This policy cannot be held for this command.
   */
  wrap(launch: Launch, policy: SandboxPolicy): Promise<WrappedLaunch>
}
