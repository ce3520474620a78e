/** One process from its start to its end: what it took. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export interface Cost {
  /** From spawn to exit. */
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
  const child = spawn(program, command, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  const wallMs = performance.now() - start
  if (code !== 0) throw new Error(`${program} ${command.join(' ')} ended with ${code}: ${complaints}`)
  return { wallMs, ...costIn(printed) }
}

function costIn(printed: string): Pick<Cost, 'cpuMs' | 'memoryMiB'> {
  try {
    const { cpuMs = Number.NaN, memoryMiB = Number.NaN } = JSON.parse(printed.trim().split('\n').at(-1) ?? '')
    return { cpuMs, memoryMiB }
  } catch {
    return { cpuMs: Number.NaN, memoryMiB: Number.NaN }
  }
}
