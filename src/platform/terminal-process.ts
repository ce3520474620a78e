/** Starts a process in a terminal of its own. */

import { constants } from 'node:os'
import { CommandNotStartedError } from './errors.ts'
import type { OutputCollector } from './output-collector.ts'
import type { Launch } from './sandbox.ts'
import { startProblem } from './start-problem.ts'
import type { ProcessExit, StartedProcess } from './started-process.ts'
import { type Terminal, terminalLibrary } from './terminal-library.ts'

/** Upstream's. */
const SIZE = { rows: 24, cols: 80 }
/** What upstream answers for a command in a terminal that a signal ended, whichever it was. */
const SIGNALLED_EXIT_CODE = 1

/**
 * Start a program whose terminal is read into `output`, as `stdout`.
 *
 * It leads a session, so that Ctrl-C and its like reach what it runs in the foreground.
 *
 * @throws {TerminalUnavailableError} @throws {CommandNotStartedError}
 */
export async function startInTerminal(launch: Launch, output: OutputCollector): Promise<StartedProcess> {
  const { program, args, cwd, env } = launch
  const { spawn } = await terminalLibrary()
  let terminal: Terminal
  try {
    terminal = spawn(program, [...args], {
      ...SIZE,
      cwd,
      env: { SHLVL: '1', ...env },
      name: env.TERM ?? 'dumb',
      // Bytes, because output may hold anything.
      encoding: null,
    })
  } catch (error) {
    throw new CommandNotStartedError(cwd, startProblem(error), { cause: error })
  }
  // A terminal breaks when its program ends; that is told by other events.
  terminal.on?.('error', () => {})

  const exited = Promise.withResolvers<ProcessExit>()
  terminal.onExit(({ exitCode, signal }) => {
    const name = nameOfSignal(signal)
    exited.resolve({ exitCode: name === null ? exitCode : SIGNALLED_EXIT_CODE, signal: name })
  })
  output.read('stdout', {
    onBytes: (listener) => {
      terminal.onData((data) => listener(bytesOf(data)))
    },
    pause: () => terminal.pause(),
    resume: () => terminal.resume(),
  })

  return {
    pid: terminal.pid,
    exited: exited.promise,
    // The library tells of the exit after it has read the last byte.
    closed: exited.promise.then(() => {}),
    // An interactive shell ignores the second, but not that its terminal is gone.
    endSignals: process.platform === 'win32' ? ['SIGTERM'] : ['SIGHUP', 'SIGTERM'],
    type: (text) => terminal.write(text),
    // The library waits for its child in a way that cannot be taken back, so a terminal keeps its host alive.
    unref() {},
  }
}

function bytesOf(data: string | Uint8Array): Buffer {
  return typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.buffer, data.byteOffset, data.length)
}

function nameOfSignal(number: number | undefined): string | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0] ?? null
}
