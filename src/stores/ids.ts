/** The names that stores give or take: thread ids that may name a file, and unguessable file keys. */

import { randomBytes } from 'node:crypto'
import type { FileKey } from '../protocol/ids.ts'

// No dot, slash or backslash: such an id can only ever name one file in the folder it is put in.
const THREAD_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/
const FILE_KEY = /^doc_[0-9a-z]{16}$/

// 32 letters, so that five bits choose one; lower case, as some file systems do not tell the cases apart;
// without i, l, o and u, which are misread or spell words.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const FILE_KEY_LETTERS = 16

export function isThreadId(id: string): boolean {
  return THREAD_ID.test(id)
}

export function isFileKey(fileKey: string): boolean {
  return FILE_KEY.test(fileKey)
}

/** A file key with 80 random bits: short enough for a prompt, too many to try. */
export function newFileKey(): FileKey {
  let letters = ''
  for (const byte of randomBytes(FILE_KEY_LETTERS)) letters += ALPHABET.charAt(byte & 31)
  return `doc_${letters}` as FileKey
}
