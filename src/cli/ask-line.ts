/** One line from the person at the terminal. */

import { createInterface } from 'node:readline/promises'

/** Whether somebody can read a question and answer it. */
export function isWatched(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** Rejects with the signal's reason when it is aborted first. */
export async function askLine(question: string, signal: AbortSignal): Promise<string> {
  // Not in raw mode: Ctrl-C has to stay a signal that stops the turn.
  const line = createInterface({ input: process.stdin, output: process.stderr, terminal: false })
  try {
    return (await line.question(question, { signal })).trim()
  } finally {
    line.close()
  }
}
