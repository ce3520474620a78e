/** The signature under thinking, which lets the provider see that nobody has changed a letter. */

import { createHash } from 'node:crypto'

const MARK = 'scripted.'

export function signatureOf(thinking: string): string {
  return MARK + createHash('sha256').update(thinking).digest('base64')
}

/** Whether a signature is one of ours for another text; of those that a script named itself, nobody can tell. */
export function isOfOtherText(thinking: string, signature: string): boolean {
  return signature.startsWith(MARK) && signature !== signatureOf(thinking)
}
