/** The order in which stores list things: newest first, and never wavering. */

import type { DocumentInfo, ThreadSummary } from './ports.ts'

export function newestThreadFirst(one: ThreadSummary, other: ThreadSummary): number {
  return other.updatedAt - one.updatedAt || backwards(one.meta.id, other.meta.id)
}

export function newestDocumentFirst(one: DocumentInfo, other: DocumentInfo): number {
  return other.createdAt - one.createdAt || backwards(one.fileKey, other.fileKey)
}

function backwards(one: string, other: string): number {
  return one < other ? 1 : -1
}
