/** One process from its start to its end: what it took. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Cost {
  /** From spawn to exit, or of the part that the process itself reports. */
  readonly wallMs: number
  /** User and system time, as the process itself reports it; NaN where it does not. */
  readonly cpuMs: number
  /** The peak of its resident set, as it reports it. */
  readonly memoryMiB: number
}

/**
 * @param command Of Node unless it names another program.
 * @throws It ended with another code than 0.
 */
export async function runProgram(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = process.execPath,
): Promise<Cost> {
  const start = performance.now()
  const printed = await printedBy(command, environment, program)
  const wallMs = performance.now() - start
  return { wallMs, ...costIn(printed) }
}

/** What a process prints. @throws It ended with another code than 0. */
export async function printedBy(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = process.execPath,
): Promise<string> {
  const child = spawn(program, command, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw new Error(`${program} ${command.join(' ')} ended with ${code}: ${complaints}`)
  return printed
}

function costIn(printed: string): Pick<Cost, 'cpuMs' | 'memoryMiB'> & Partial<Cost> {
  try {
    const {
      cpuMs = Number.NaN,
      memoryMiB = Number.NaN,
      partMs,
    } = JSON.parse(printed.trim().split('\n').at(-1) ?? '')
    return { cpuMs, memoryMiB, ...(partMs === undefined ? {} : { wallMs: partMs }) }
  } catch {
    return { cpuMs: Number.NaN, memoryMiB: Number.NaN }
  }
}
