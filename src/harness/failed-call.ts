/** How a script hears of a call that failed. */

import { messageOf } from '../protocol/errors.ts'
import { ValueRefusedError } from './errors.ts'

/** JSON of a `SettledCall`. */
export function failedText(id: number, error: unknown, otherwise: 'tool' | 'detached'): string {
  return JSON.stringify([id, null, nameOf(error), reasonOf(error), kindOf(error) ?? otherwise])
}

/** An error may be anything, one that throws when it is looked at too. */
export function reasonOf(error: unknown): string {
  try {
    return String(messageOf(error))
  } catch {
    return 'it failed with an error that cannot be read'
  }
}

function nameOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.name) : 'Error'
  } catch {
    return 'Error'
  }
}

function kindOf(error: unknown): 'serialization' | 'limit-output' | undefined {
  if (error instanceof ValueRefusedError) return 'serialization'
  return error instanceof ResultTooLargeError ? 'limit-output' : undefined
}

export class ResultTooLargeError extends Error {
  override readonly name = 'ResultTooLargeError'

  constructor(path: string, bytes: number, max: number) {
    super(
      `tools.${path} gave ${bytes} bytes of JSON; a script takes at most ${max} from one call. ` +
        'Ask for less, or let the tool write a file and read parts of it.',
    )
  }
}
