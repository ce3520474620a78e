/** A store's documents as a thread's tools see them: what they put belongs to the thread. */

import type { DocumentStore } from '../stores/ports.ts'
import type { ThreadDocuments } from '../tools/tool.ts'

export function threadDocuments(documents: DocumentStore, threadId: string): ThreadDocuments {
  return {
    put: (document) => documents.put({ ...document, owner: threadId }),
    info: (fileKey) => documents.info(fileKey),
    read: (fileKey, range) => documents.read(fileKey, range),
    list: () => documents.list({ owner: threadId }),
  }
}
