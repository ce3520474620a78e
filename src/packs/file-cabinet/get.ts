/** fc.get: a document's text, one page at a time. */

import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { FileKeyField, fileKeyOf } from './document.ts'
import { NotTextError } from './errors.ts'

const PAGE_BYTES = 32 * 1024
/** The longest character in UTF-8: a page holds at least one. */
const CHARACTER_BYTES_MAX = 4

export const get = defineTool({
  name: 'get',
  description: 'Read a document of the file cabinet. Long ones come in pages: pass nextOffset as offset.',
  input: z.object({
    fileKey: FileKeyField,
    offset: z.int().min(0).default(0).describe('First byte wanted'),
    limit: z.int().min(CHARACTER_BYTES_MAX).default(PAGE_BYTES).describe('How many bytes at most'),
  }),
  output: z.object({
    text: z.string(),
    bytes: z.int().describe('Length of the whole document'),
    nextOffset: z.int().nullable().describe('Pass as offset to read on; null at the end'),
  }),
  positional: ['fileKey', 'offset', 'limit'],
  effects: [],
  parallel: true,
  idempotent: true,
  aliases: ['fetchFromFC'],

  async run({ fileKey, offset, limit }, { documents }) {
    const { bytes, mediaType } = await documents.info(fileKeyOf(fileKey))
    const page = await documents.read(fileKeyOf(fileKey), { offset, limit })
    const isLast = offset + page.length >= bytes
    const whole = isLast ? page : page.subarray(0, endOfWholeCharacters(page))
    if (!isText(whole)) throw new NotTextError(fileKey, mediaType)
    return {
      text: Buffer.from(whole.buffer, whole.byteOffset, whole.length).toString('utf8'),
      bytes,
      nextOffset: isLast ? null : offset + whole.length,
    }
  },
})

/** Where the last whole character ends, so that no page ends inside one. */
function endOfWholeCharacters(bytes: Uint8Array): number {
  let start = bytes.length - 1
  while (start > bytes.length - CHARACTER_BYTES_MAX && isContinuation(bytes[start])) start -= 1
  const first = bytes[start] ?? 0
  const length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  return start + length > bytes.length ? start : bytes.length
}

/** A page may begin inside a character: any byte may be asked for. */
function isText(page: Uint8Array): boolean {
  let start = 0
  while (start < CHARACTER_BYTES_MAX - 1 && isContinuation(page[start])) start += 1
  return isUtf8(page.subarray(start))
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
}
