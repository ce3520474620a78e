/** One command from its start to its end: a process group, its pipes and its bounds. */

import type { Clock } from './clock.ts'
import type { CommandRequest, CommandResult, RunningCommand } from './command.ts'
import { CommandNotStartedError } from './errors.ts'
import { collectOutput, type OutputBounds, type OutputCollector } from './output-collector.ts'
import { startOnPipes } from './pipe-process.ts'
import {
  endGroup,
  hasGroup,
  isGroupAlive,
  killGroup,
  killMarked,
  markEntry,
  signalGroup,
} from './process-group.ts'
import type { Launch } from './sandbox.ts'
import type { StartedProcess } from './started-process.ts'
import { startInTerminal } from './terminal-process.ts'
import { within } from './within.ts'

const TIMEOUT_EXIT_CODE = 124
/** How long pipes may stay open once nobody of the group is left to write: only a stranger can hold them then. */
const CLOSE_MS = 100
/** A longer timer would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export interface LaunchedCommand extends RunningCommand {
  /** Types into its terminal; undefined where it has none, and so no input. */
  readonly type: ((text: string) => void) | undefined
  /** Whether something of its process group is still there. */
  isAlive(): boolean
  /** As `isAlive`, but cheap: what nobody has reaped counts. */
  mayBeAlive(): boolean
  /** SIGKILL to the whole group, synchronously. */
  kill(): void
  /** Let the host's process end although this runs. */
  unref(): void
}

export interface LaunchOptions extends OutputBounds, Pick<CommandRequest, 'stdin' | 'timeoutMs' | 'tty'> {
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
 * @throws {TerminalUnavailableError} It was to have a terminal, and the host has brought none.
 */
export async function launchCommand(launch: Launch, options: LaunchOptions): Promise<LaunchedCommand> {
  const startedAt = options.clock.now()
  const marked = { ...launch, env: { ...launch.env, ...markEntry(options.mark) } }
  refuseNul(marked)
  const output = collectOutput(options)
  const started =
    options.tty === true
      ? await startInTerminal(marked, output)
      : await startOnPipes(marked, output, options.stdin)
  if (started.pid !== undefined) return follow(started, output, startedAt, options)

  output.accept('stderr', Buffer.from(`${started.problem}\n`))
  const { exitCode } = started
  return neverRan(await output.result({ exitCode, signal: null, timedOut: false, durationMs: 0 }))
}

/** The system would read each of them only up to there. */
function refuseNul({ program, args, cwd, env }: Launch): void {
  if (![program, ...args, cwd, ...Object.entries(env).flat()].some((word) => word.includes('\0'))) return
  throw new CommandNotStartedError(
    cwd,
    'a word or a variable holds a NUL character, which no program can be given.',
  )
}

function neverRan(result: CommandResult): LaunchedCommand {
  return {
    pid: undefined,
    ended: Promise.resolve(result),
    type: undefined,
    isAlive: () => false,
    mayBeAlive: () => false,
    stop: async () => {},
    interrupt: () => {},
    kill: () => {},
    unref: () => {},
  }
}

/** Watches the process, and ends it when its time is over. */
function follow(
  started: StartedProcess,
  output: OutputCollector,
  startedAt: number,
  options: LaunchOptions,
): LaunchedCommand {
  const { clock, mark } = options
  const { pid, exited, closed, endSignals, type } = started
  let hasExited = false
  let isGone = false
  let timedOut = false
  let stopping: Promise<void> | undefined

  /** Once nobody is left in the group its number may be another's. */
  const isAlive = () => {
    if (!isGone) isGone = hasExited && !isGroupAlive(pid)
    return !isGone
  }
  const stopped = Promise.withResolvers<void>()
  const endGroupOnce = () => {
    stopping ??= isAlive() ? endGroup(pid, mark, endSignals) : Promise.resolve(killMarked(mark))
    return stopping
  }
  const stopNow = async () => {
    await endGroupOnce()
    stopped.resolve()
  }

  const timeout =
    options.timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => {
            timedOut = true
            void stopNow()
          },
          Math.min(options.timeoutMs, TIMER_MS_MAX),
        ).unref()

  if (type !== undefined && options.stdin !== undefined) type(options.stdin)

  const finish = async (): Promise<CommandResult> => {
    const { exitCode, signal } = await exited
    hasExited = true
    clearTimeout(timeout)
    await Promise.race([within(closed, { ms: options.drainMs }), stopped.promise])
    // Also when the group is gone: somebody may have left it.
    if (options.endsGroup) await stopNow()
    if (stopping !== undefined) {
      await stopping
      await within(closed, { ms: CLOSE_MS })
    }
    return output.result({
      exitCode: timedOut ? TIMEOUT_EXIT_CODE : exitCode,
      signal,
      timedOut,
      durationMs: Math.max(0, clock.now() - startedAt),
    })
  }
  const ended = finish()

  return {
    pid,
    ended,
    type,
    isAlive,
    mayBeAlive() {
      if (!isGone) isGone = hasExited && !hasGroup(pid)
      return !isGone
    },
    async stop() {
      await stopNow()
      await ended
    },
    interrupt() {
      if (!hasExited) signalGroup(pid, 'SIGINT')
    },
    kill() {
      if (isAlive()) killGroup(pid, mark)
      else killMarked(mark)
    },
    unref: () => started.unref(),
  }
}
