/** Documents that live as long as the process does, or until their time is over. */

import { describeDocument, isExpired, rangeWithin } from '../document.ts'
import { DocumentNotFoundError } from '../errors.ts'
import { newestDocumentFirst } from '../order.ts'
import type { DocumentInfo, DocumentStore } from '../ports.ts'

interface KeptDocument {
  readonly info: DocumentInfo
  readonly bytes: Uint8Array
}

/** @param options `now`: milliseconds since 1970; the machine's clock unless given. */
export function memoryDocumentStore(options: { readonly now?: () => number } = {}): DocumentStore {
  const now = options.now ?? Date.now
  const documents = new Map<string, KeptDocument>()

  function removeExpired(): void {
    for (const { info } of documents.values()) if (isExpired(info, now())) documents.delete(info.fileKey)
  }

  function find(fileKey: string): KeptDocument {
    const document = documents.get(fileKey)
    if (document === undefined) throw new DocumentNotFoundError(fileKey)
    if (!isExpired(document.info, now())) return document
    documents.delete(fileKey)
    throw new DocumentNotFoundError(fileKey)
  }

  return {
    async put(document) {
      // Nobody else will ever ask for most documents of a long-lived process.
      removeExpired()
      const kept = describeDocument(document, now())
      documents.set(kept.info.fileKey, kept)
      return { ...kept.info }
    },

    async info(fileKey) {
      return { ...find(fileKey).info }
    },

    async read(fileKey, range) {
      const { info, bytes } = find(fileKey)
      const { start, length } = rangeWithin(info.bytes, range)
      return bytes.slice(start, start + length)
    },

    async list({ owner } = {}) {
      removeExpired()
      return [...documents.values()]
        .filter(({ info }) => owner === undefined || info.owner === owner)
        .map(({ info }) => ({ ...info }))
        .sort(newestDocumentFirst)
    },

    async delete(fileKey) {
      documents.delete(fileKey)
    },

    async [Symbol.asyncDispose]() {},
  }
}
