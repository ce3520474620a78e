/** The option that says how far out of reach of a power cut things are brought. */

import { OptionError } from '../protocol/errors.ts'
import type { Fsync } from './ports.ts'

const CHOICES: readonly string[] = ['never', 'turn', 'always'] satisfies Fsync[]

/** @throws {OptionError} A misspelt wish must not pass for none. */
export function checkFsync(fsync: string): void {
  if (CHOICES.includes(fsync)) return
  throw new OptionError('fsync', `${JSON.stringify(fsync)} is none of ${CHOICES.join(', ')}.`)
}

/** Whether an append is to be brought to the disk before it counts as done. */
export function isDurable(fsync: Fsync, { endsTurn }: { readonly endsTurn: boolean }): boolean {
  return fsync === 'always' || (fsync === 'turn' && endsTurn)
}
