/** One command from its start to its end: a process group, its pipes and its bounds. */

import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { messageOf } from '../protocol/errors.ts'
import type { Clock } from './clock.ts'
import type { CommandRequest, CommandResult, RunningCommand } from './command.ts'
import { CommandNotStartedError } from './errors.ts'
import { collectOutput, type OutputBounds, type OutputCollector } from './output-collector.ts'
import { endGroup, isGroupAlive, killGroup, markEntry, signalGroup } from './process-group.ts'
import type { Launch } from './sandbox.ts'
import { within } from './within.ts'

const TIMEOUT_EXIT_CODE = 124
const NOT_EXECUTABLE_EXIT_CODE = 126
const NOT_FOUND_EXIT_CODE = 127
/** How long pipes may stay open once nobody of the group is left to write: only a stranger can hold them then. */
const CLOSE_MS = 100
/** A longer timer would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export interface LaunchedCommand extends RunningCommand {
  /** Whether something of its process group is still there. */
  isAlive(): boolean
  /** SIGKILL to the whole group, synchronously. */
  kill(): void
  /** Let the host's process end although this runs. */
  unref(): void
}

export interface LaunchOptions extends OutputBounds, Pick<CommandRequest, 'stdin' | 'timeoutMs'> {
  readonly mark: string
  readonly clock: Clock
  /** End with the process what it left in its group; otherwise that runs on, and its output is dropped. */
  readonly endsGroup: boolean
}

/**
 * Start a command.
 *
 * A program that cannot be found or run is a result (127, 126), as it is in a shell.
 *
 * @throws {CommandNotStartedError} The system could not start any process here.
 */
export async function launchCommand(launch: Launch, options: LaunchOptions): Promise<LaunchedCommand> {
  const { program, args, cwd, env } = launch
  const { spawn } = await import('node:child_process')
  const startedAt = options.clock.now()
  const spawnOptions: SpawnOptions = {
    cwd,
    // Our pipes are sockets, and an outermost bash with a socket for input reads ~/.bashrc: make it an inner one.
    env: { SHLVL: '1', ...env, ...markEntry(options.mark) },
    // Its own group on POSIX; on Windows it would be a console of its own.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }
  let child: ChildProcess
  try {
    child = spawn(program, args, spawnOptions)
  } catch (error) {
    throw new CommandNotStartedError(cwd, messageOf(error), { cause: error })
  }
  const output = collectOutput(options)
  if (child.pid !== undefined) return follow(child, child.pid, output, startedAt, options)

  const [error]: unknown[] = await once(child, 'error')
  const exitCode = shellCodeOf(error)
  if (exitCode === undefined) throw new CommandNotStartedError(cwd, messageOf(error), { cause: error })
  const problem = exitCode === NOT_FOUND_EXIT_CODE ? 'command not found' : 'cannot be executed'
  output.accept('stderr', Buffer.from(`${program}: ${problem}\n`))
  return neverRan(await output.result({ exitCode, signal: null, timedOut: false, durationMs: 0 }))
}

/** What a shell would answer; undefined where the program is not to blame. */
function shellCodeOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return NOT_FOUND_EXIT_CODE
  return code === 'EACCES' || code === 'ENOEXEC' ? NOT_EXECUTABLE_EXIT_CODE : undefined
}

function neverRan(result: CommandResult): LaunchedCommand {
  return {
    pid: undefined,
    ended: Promise.resolve(result),
    isAlive: () => false,
    stop: async () => {},
    interrupt: () => {},
    kill: () => {},
    unref: () => {},
  }
}

/** Watches the child, and ends it when its time is over. */
function follow(
  child: ChildProcess,
  pid: number,
  output: OutputCollector,
  startedAt: number,
  options: LaunchOptions,
): LaunchedCommand {
  const { clock, mark } = options
  let timedOut = false
  let stopping: Promise<void> | undefined

  const exited = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const stopped = Promise.withResolvers<void>()
  const endGroupOnce = () => {
    stopping ??= endGroup(pid, mark).then(stopped.resolve)
    return stopping
  }

  const timeout =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => {
            timedOut = true
            void endGroupOnce()
          },
          Math.min(options.timeoutMs, TIMER_MS_MAX),
        ).unref()

  child.once('exit', () => {
    clearTimeout(timeout)
    exited.resolve()
  })
  child.once('close', () => closed.resolve())
  // Such as a signal that could not be sent: the end of the process is told by other events.
  child.on('error', () => {})
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]
    if (stream !== null) output.read(name, stream)
  }
  feed(child, options.stdin)

  const finish = async (): Promise<CommandResult> => {
    await exited.promise
    await Promise.race([within(closed.promise, { ms: options.drainMs }), stopped.promise])
    if (options.endsGroup && isGroupAlive(pid)) await endGroupOnce()
    if (stopping !== undefined) {
      await stopping
      await within(closed.promise, { ms: CLOSE_MS })
    }
    const { exitCode, signalCode } = child
    return output.result({
      exitCode: timedOut ? TIMEOUT_EXIT_CODE : (exitCode ?? codeOfSignal(signalCode)),
      signal: signalCode,
      timedOut,
      durationMs: Math.max(0, clock.now() - startedAt),
    })
  }
  const ended = finish()

  return {
    pid,
    ended,
    isAlive: () => isGroupAlive(pid),
    async stop() {
      await endGroupOnce()
      await ended
    },
    interrupt() {
      // Once it has ended the number may be another's.
      if (child.exitCode === null && child.signalCode === null) signalGroup(pid, 'SIGINT')
    },
    kill: () => killGroup(pid, mark),
    unref() {
      child.unref()
      for (const stream of [child.stdout, child.stderr]) unrefStream(stream)
    },
  }
}

function feed(child: ChildProcess, text: string | undefined): void {
  // A command may end, or close its input, without having read all of it.
  child.stdin?.on('error', () => {})
  child.stdin?.end(text)
}

function codeOfSignal(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + constants.signals[signal]
}

/** Pipes are sockets here, which need not keep the host alive; the type does not say so. */
function unrefStream(stream: Readable | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref()
}
