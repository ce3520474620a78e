/** What every document store does alike with a document before it is kept. */

import { newFileKey } from './ids.ts'
import type { DocumentInfo, DocumentStore } from './ports.ts'

export type NewDocument = Parameters<DocumentStore['put']>[0]

const DEFAULT_TTL_MS = 30 * 24 * 60 * 60 * 1000

/** The document's bytes, nobody else's, and what there is to know about it. */
export function describeDocument(
  document: NewDocument,
  now: number,
): { info: DocumentInfo; bytes: Uint8Array } {
  const bytes =
    typeof document.content === 'string'
      ? new TextEncoder().encode(document.content)
      : document.content.slice()
  const ttlMs = document.ttlMs === undefined ? DEFAULT_TTL_MS : document.ttlMs
  const info: DocumentInfo = {
    fileKey: newFileKey(),
    name: document.name,
    mediaType:
      document.mediaType ??
      (typeof document.content === 'string' ? 'text/plain' : 'application/octet-stream'),
    bytes: bytes.byteLength,
    owner: document.owner ?? null,
    createdAt: now,
    expiresAt: ttlMs === null ? null : now + ttlMs,
  }
  return { info, bytes }
}

export function isExpired(info: DocumentInfo, now: number): boolean {
  return info.expiresAt !== null && info.expiresAt <= now
}

/** The part of `bytes` bytes that a range means; nothing past the end is an error. */
export function rangeWithin(
  bytes: number,
  range: { readonly offset?: number; readonly limit?: number } = {},
): { start: number; length: number } {
  const start = Math.min(Math.max(0, Math.trunc(range.offset ?? 0)), bytes)
  const limit = Math.max(0, Math.trunc(range.limit ?? bytes))
  return { start, length: Math.min(limit, bytes - start) }
}
