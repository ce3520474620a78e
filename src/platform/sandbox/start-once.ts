/** Runs a program of our own choice to its end. */

import { once } from 'node:events'
import { messageOf } from '../../protocol/errors.ts'
import type { Launch } from './port.ts'

/** Long, since what is learned from it may be remembered. */
const TIMEOUT_MS = 30_000
const SAID_LENGTH_MAX = 500

/** @returns What it, or the system, said against it, in one line; undefined where it ended well. */
export async function startOnce({ program, args, cwd, env }: Launch): Promise<string | undefined> {
  const { spawn } = await import('node:child_process')
  try {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(0, SAID_LENGTH_MAX)
    })
    const [exitCode, signal] = await once(child, 'close')
    if (exitCode === 0) return undefined
    return said.trim().replace(/\s*\n\s*/g, ' ') || `it ended with ${signal ?? exitCode} and said nothing`
  } catch (error) {
    return messageOf(error)
  }
}
