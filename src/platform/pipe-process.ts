/** Starts a process on pipes. */

import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { CommandNotStartedError } from './errors.ts'
import type { OutputCollector } from './output-collector.ts'
import type { Launch } from './sandbox.ts'
import { shellCodeOf, shellProblem, startProblem } from './start-problem.ts'
import type { NeverStarted, ProcessExit, StartedProcess } from './started-process.ts'

/**
 * Start a program whose output goes to `output`.
 *
 * @param stdin Written to its input, which is then closed; without it the input is empty.
 * @throws {CommandNotStartedError} The system could not start any process here.
 */
export async function startOnPipes(
  launch: Launch,
  output: OutputCollector,
  stdin: string | undefined,
): Promise<StartedProcess | NeverStarted> {
  const { program, args, cwd, env } = launch
  const { spawn } = await import('node:child_process')
  const options: SpawnOptions = {
    cwd,
    // Our pipes are sockets, and an outermost bash with a socket for input reads ~/.bashrc: make it an inner one.
    env: { SHLVL: '1', ...env },
    // Its own group on POSIX; on Windows it would be a console of its own.
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  }
  let child: ChildProcess
  try {
    child = spawn(program, args, options)
  } catch (error) {
    throw new CommandNotStartedError(cwd, startProblem(error), { cause: error })
  }
  if (child.pid !== undefined) return watch(child, child.pid, output, stdin)

  const [error]: unknown[] = await once(child, 'error')
  // A folder that is gone fails just as a program that is not there.
  if (!isFolder(cwd)) {
    throw new CommandNotStartedError(cwd, 'this folder is no longer there. Make it again, or name another.', {
      cause: error,
    })
  }
  const exitCode = shellCodeOf(error)
  if (exitCode === undefined) throw new CommandNotStartedError(cwd, startProblem(error), { cause: error })
  return { pid: undefined, exitCode, problem: shellProblem(program, exitCode) }
}

function watch(
  child: ChildProcess,
  pid: number,
  output: OutputCollector,
  stdin: string | undefined,
): StartedProcess {
  const exited = Promise.withResolvers<ProcessExit>()
  const closed = Promise.withResolvers<void>()
  child.once('exit', (code, signal) => {
    exited.resolve({ exitCode: code ?? codeOfSignal(signal), signal })
  })
  child.once('close', () => closed.resolve())
  // Such as a signal that could not be sent: the end of the process is told by other events.
  child.on('error', () => {})
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]
    if (stream === null) continue
    // A pipe that breaks has nothing more to say; that the command has ended is told by other events.
    stream.on('error', () => {})
    output.read(name, {
      onBytes: (listener) => stream.on('data', listener),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
    })
  }
  // A command may end, or close its input, without having read all of it.
  child.stdin?.on('error', () => {})
  child.stdin?.end(stdin)

  return {
    pid,
    exited: exited.promise,
    closed: closed.promise,
    endSignals: ['SIGTERM'],
    unref() {
      child.unref()
      for (const stream of [child.stdout, child.stderr]) unrefStream(stream)
    },
  }
}

function codeOfSignal(signal: NodeJS.Signals | null): number {
  return signal === null ? 1 : 128 + constants.signals[signal]
}

/** Pipes are sockets here, which need not keep the host alive; the type does not say so. */
function unrefStream(stream: Readable | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref()
}

function isFolder(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false
  } catch {
    return true
  }
}
