/** Opens a workspace on this machine. */

import { realpathSync, type Stats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { OptionError } from '../protocol/errors.ts'
import type { SandboxMode } from '../protocol/modes.ts'
import { type Clock, systemClock } from './clock.ts'
import type { CommandRequest, CommandResult } from './command.ts'
import { commandEnvironment, type Environment, type EnvironmentPolicy } from './environment.ts'
import { CommandNotStartedError, SandboxUnavailableError } from './errors.ts'
import { policyFor, unconfinedPolicy } from './file-policy.ts'
import type { LaunchedCommand, LaunchOptions } from './launch-command.ts'
import { liveCommands } from './live-commands.ts'
import { localFiles } from './local-files.ts'
import { localProcessTable } from './local-process-table.ts'
import { holdingOn } from './sandbox/holding-on.ts'
import { type Launch, type Sandbox, type SandboxPolicy, sandboxFor } from './sandbox.ts'
import { shellCommand } from './shell.ts'
import type { Workspace } from './workspace.ts'

const OUTPUT_BYTES_MAX = 1024 * 1024
// How long background children may hold the pipes of a command that is over. Both are upstream's.
const DRAIN_MS = 2_000
const TABLE_DRAIN_MS = 100

export interface WorkspaceOptions {
  /** The root: a folder that exists. */
  readonly workingDirectory: string
  /** More folders to read and, in `workspace-write`, to write; relative to the root. */
  readonly additionalDirectories?: readonly string[]
  readonly sandboxMode: SandboxMode
  /** Folders that tools may read beside the roots, such as the user's skills; those that are not there do not matter. */
  readonly readableDirectories?: readonly string[]
  /** Whether a person named the mode, rather than our default having chosen it. */
  readonly sandboxRequested?: boolean
  /** Whether commands may use the network in `workspace-write`; default false. Always in `danger-full-access`. */
  readonly networkAccess?: boolean
  /** Paths that nobody may write although they lie in a writable folder, such as the host's own state; relative to the root. */
  readonly protectedPaths?: readonly string[]
  /** Whether the folder that `TMPDIR` of the environment names stays unwritable in `workspace-write`; default false. */
  readonly excludeTmpdirEnvVar?: boolean
  /** Whether `/tmp` stays unwritable in `workspace-write`; default false. */
  readonly excludeSlashTmp?: boolean
  /** What holds processes to the mode; default what this machine has. */
  readonly sandbox?: Sandbox
  /** What commands inherit from, usually `process.env`; default nothing. */
  readonly environment?: Environment
  readonly environmentPolicy?: EnvironmentPolicy
  readonly clock?: Clock
}

/**
 * The files and processes of this machine, inside one policy. Dispose it to end all its processes.
 *
 * @throws {OptionError} A folder that is not there, or that is no folder.
 */
export async function openWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const { sandboxMode, sandboxRequested = false, clock = systemClock } = options
  const root = existingFolder('workingDirectory', path.resolve(options.workingDirectory))
  const additional = (options.additionalDirectories ?? []).map((folder, index) =>
    existingFolder(`additionalDirectories[${index}]`, path.resolve(root, folder)),
  )
  const roots = [...new Set([root, ...additional])]
  const environment = commandEnvironment(options.environment ?? {}, options.environmentPolicy)
  const policy = await policyFor({
    sandboxMode,
    roots,
    temporaryFolders: temporaryFolders(options, environment),
    protectedPaths: (options.protectedPaths ?? []).map((target) => path.resolve(root, target)),
    readableFolders: (options.readableDirectories ?? []).map((folder) => path.resolve(root, folder)),
    networkAccess: options.networkAccess ?? false,
  })
  const commands = liveCommands()
  const table = localProcessTable(clock)
  const held = new Set<Promise<unknown>>()
  const dispose = async () => {
    await commands[Symbol.asyncDispose]()
    await table[Symbol.asyncDispose]()
    await Promise.all(held)
  }

  const workspaceUnder = (bounds: SandboxPolicy): Omit<Workspace, 'unconfined'> => {
    const files = localFiles(root, bounds)
    const sandbox =
      bounds.sandboxMode === 'danger-full-access'
        ? sandboxFor(bounds.sandboxMode)
        : (options.sandbox ?? sandboxFor(bounds.sandboxMode))

    type Ends = Pick<LaunchOptions, 'streamBytesMax' | 'drainMs' | 'endsGroup' | 'onBytes'>
    const launch = async (request: CommandRequest, ends: Ends): Promise<LaunchedCommand> => {
      const problem = await sandbox.problem()
      if (problem !== undefined) {
        throw new SandboxUnavailableError({ sandboxMode: bounds.sandboxMode, sandboxRequested, ...problem })
      }

      const cwd = await commandFolder(await files.readable(request.cwd ?? root))
      const { command } = request
      const [program = '', ...args] = typeof command === 'string' ? shellCommand(command, request) : command
      if (program === '')
        throw new CommandNotStartedError(cwd, 'it names no program. Pass one, with its arguments.')
      const env = { ...environment, ...request.env }
      const start = (launch: Launch, onBytes: LaunchOptions['onBytes']) =>
        commands.launch(launch, {
          ...request,
          ...ends,
          ...(onBytes && { onBytes }),
          clock,
          aggregatedBytesMax: request.outputBytesMax ?? OUTPUT_BYTES_MAX,
        })
      if (bounds.sandboxMode === 'danger-full-access') {
        return await start({ program, args, cwd, env }, ends.onBytes)
      }
      const wrapped = await sandbox.wrap({ program, args, cwd, env }, bounds)
      const launched = await holdingOn(wrapped, ends.onBytes, (onBytes) => start(wrapped.launch, onBytes))
      held.add(launched.ended)
      void launched.ended.then(() => held.delete(launched.ended))
      return launched
    }

    const start = (request: CommandRequest) =>
      launch(request, {
        streamBytesMax: request.outputBytesMax ?? OUTPUT_BYTES_MAX,
        drainMs: DRAIN_MS,
        endsGroup: true,
      })

    return {
      root,
      writableRoots: roots,
      sandboxMode: bounds.sandboxMode,
      networkAccess: bounds.networkAccess,
      processes: table.through((request, onBytes) =>
        launch(request, { streamBytesMax: 0, drainMs: TABLE_DRAIN_MS, endsGroup: false, onBytes }),
      ),
      ...files,
      start,
      run: (request, { signal } = {}) => runToEnd(start, request, signal),
      [Symbol.asyncDispose]: dispose,
    }
  }

  const free: Workspace = {
    ...workspaceUnder(unconfinedPolicy(roots)),
    get unconfined() {
      return free
    },
  }
  return sandboxMode === 'danger-full-access' ? free : { ...workspaceUnder(policy), unconfined: free }
}

/** An abort ends the command before it is told of. */
async function runToEnd(
  start: (request: CommandRequest) => Promise<LaunchedCommand>,
  request: CommandRequest,
  signal: AbortSignal | undefined,
): Promise<CommandResult> {
  signal?.throwIfAborted()
  const running = await start(request)
  const onAbort = () => void running.stop()
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted === true) onAbort()
  try {
    const result = await running.ended
    signal?.throwIfAborted()
    return result
  } finally {
    signal?.removeEventListener('abort', onAbort)
  }
}

function temporaryFolders(
  { excludeSlashTmp = false, excludeTmpdirEnvVar = false }: WorkspaceOptions,
  { TMPDIR = '' }: Readonly<Record<string, string>>,
): string[] {
  return [
    ...(excludeSlashTmp || process.platform === 'win32' ? [] : ['/tmp']),
    ...(excludeTmpdirEnvVar || !path.isAbsolute(TMPDIR) ? [] : [TMPDIR]),
  ]
}

function existingFolder(option: string, folder: string): string {
  const found = lookAt(folder)
  if (found === null) throw new OptionError(option, `${folder} does not exist. Name a folder that does.`)
  if (!found.isDirectory()) throw new OptionError(option, `${folder} is a file. Name a folder.`)
  return realpathSync.native(folder)
}

function lookAt(file: string): Stats | null {
  try {
    return statSync(file)
  } catch {
    return null
  }
}

/** Checked before, because a missing folder and a missing program fail alike. */
async function commandFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => null)
  if (found?.isDirectory() === true) return folder
  const problem = found === null ? 'this folder does not exist.' : 'this is a file, not a folder.'
  throw new CommandNotStartedError(folder, `${problem} Name a folder inside the workspace.`)
}
