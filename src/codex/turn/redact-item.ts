/** Conversation items without the secrets that the host knows of. */

import type { ResponseItem } from '../../protocol/response-item.ts'
import type { Redactor } from '../../std/redact.ts'
import { redactOutput } from '../../tools/redact-output.ts'

/** What only its maker can read, or must find again byte for byte; an image is no text. */
export const OPAQUE_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'call_id',
  'encrypted_content',
  'providerData',
  'image_url',
])

/**
 * The very item where there is nothing to take out.
 *
 * Half of a character, as a text that was cut carelessly ends with, goes too: providers refuse requests with one in it,
 * and a conversation would be refused from then on.
 */
export function redactItem<Item extends ResponseItem>(item: Item, redactor: Redactor): Item {
  const wellFormed: Redactor = { ...redactor, redact: (text) => redactor.redact(text.toWellFormed()) }
  return redactOutput(item, wellFormed, OPAQUE_FIELDS)
}
