/** A store's documents as a thread's tools see them: what they put belongs to the thread, and holds no secret. */

import type { Redactor } from '../std/redact.ts'
import type { DocumentStore } from '../stores/ports.ts'
import type { ThreadDocuments } from '../tools/tool.ts'

export function threadDocuments(
  documents: DocumentStore,
  threadId: string,
  redactor: Redactor,
): ThreadDocuments {
  return {
    put: ({ mediaType, ...document }) =>
      documents.put({
        ...document,
        name: redactor.redact(document.name),
        ...(mediaType !== undefined && { mediaType: redactor.redact(mediaType) }),
        content: clean(document.content, mediaType, redactor),
        owner: threadId,
      }),
    info: (fileKey) => documents.info(fileKey),
    read: (fileKey, range) => documents.read(fileKey, range),
    list: () => documents.list({ owner: threadId }),
  }
}

/** Bytes are looked into only where they are said to be text. */
function clean(
  content: string | Uint8Array,
  mediaType: string | undefined,
  redactor: Redactor,
): string | Uint8Array {
  if (typeof content === 'string') return redactor.redact(content)
  if (mediaType?.startsWith('text/') !== true) return content
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString()
  const redacted = redactor.redact(text)
  // Bytes that are no UTF-8 would not survive the way through text.
  return redacted === text ? content : redacted
}
