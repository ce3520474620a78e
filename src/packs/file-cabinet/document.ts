/** What the cabinet's tools share: a document's key, and what is said about one. */

import { z } from 'zod'
import type { FileKey } from '../../protocol/ids.ts'
import type { DocumentInfo } from '../../stores/ports.ts'

export const FileKeyField = z.string().min(1).describe('The key of a document')

/** Any text may be asked for; the store says whether it names a document. */
export function fileKeyOf(text: string): FileKey {
  return text as FileKey
}

export const DocumentSummary = z.object({
  fileKey: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
})

export function summaryOf({
  fileKey,
  name,
  mediaType,
  bytes,
}: DocumentInfo): z.infer<typeof DocumentSummary> {
  return { fileKey, name, mediaType, bytes }
}
