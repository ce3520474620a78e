/** Documents as files in one folder, each with a file of JSON that says what it is. */

import { open, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { describeDocument, isExpired, rangeWithin } from '../document.ts'
import { DocumentNotFoundError } from '../errors.ts'
import { isFileKey } from '../ids.ts'
import { newestDocumentFirst } from '../order.ts'
import type { DocumentInfo, DocumentStore, Fsync } from '../ports.ts'
import { doing, flushFolder, ifThere, makeFolder, namesIn, parseJson, writeInOneStep } from './disk.ts'

const INFO_EXTENSION = '.json'

/**
 * @param folder Made when the first document is.
 * @param options `now`: milliseconds since 1970.
 */
export function fileDocumentStore(
  folder: string,
  options: { readonly now: () => number; readonly fsync: Fsync },
): DocumentStore {
  const { now } = options
  const flush = options.fsync !== 'never'
  const contentFile = (fileKey: string) => path.join(folder, fileKey)
  const infoFile = (fileKey: string) => path.join(folder, fileKey + INFO_EXTENSION)

  async function remove(fileKey: string): Promise<void> {
    // First what makes it a document, so that a crash in between leaves none without its content.
    await rm(infoFile(fileKey), { force: true })
    await rm(contentFile(fileKey), { force: true })
  }

  /** Null where there is none, or none any more. */
  async function look(fileKey: string): Promise<DocumentInfo | null> {
    if (!isFileKey(fileKey)) return null
    const info = await ifThere(() => readInfo(infoFile(fileKey)))
    if (info === null || !isExpired(info, now())) return info
    await remove(fileKey)
    return null
  }

  async function find(fileKey: string): Promise<DocumentInfo> {
    const info = await look(fileKey)
    if (info === null) throw new DocumentNotFoundError(fileKey)
    return info
  }

  return {
    put: (document) =>
      doing(`store the document ${JSON.stringify(document.name)}`, folder, async () => {
        const { info, bytes } = describeDocument(document, now())
        await makeFolder(folder)
        await writeInOneStep(contentFile(info.fileKey), bytes, { flush })
        await writeInOneStep(infoFile(info.fileKey), `${JSON.stringify(info, null, 2)}\n`, { flush })
        if (flush) await flushFolder(folder)
        return info
      }),

    info: (fileKey) => doing(`look up the document ${fileKey}`, folder, () => find(fileKey)),

    read: (fileKey, range) =>
      doing(`read the document ${fileKey}`, folder, async () => {
        const info = await find(fileKey)
        const { start, length } = rangeWithin(info.bytes, range)
        const bytes = await ifThere(() => readRange(contentFile(fileKey), start, length))
        if (bytes === null) throw new DocumentNotFoundError(fileKey)
        return bytes
      }),

    list: ({ owner } = {}) =>
      doing('list the documents', folder, async () => {
        const found: DocumentInfo[] = []
        for (const name of await namesIn(folder)) {
          if (!name.endsWith(INFO_EXTENSION)) continue
          const info = await look(name.slice(0, -INFO_EXTENSION.length))
          if (info !== null && (owner === undefined || info.owner === owner)) found.push(info)
        }
        return found.sort(newestDocumentFirst)
      }),

    delete: (fileKey) =>
      doing(`delete the document ${fileKey}`, folder, async () => {
        if (isFileKey(fileKey)) await remove(fileKey)
      }),

    async [Symbol.asyncDispose]() {},
  }
}

/** Null for a file that says nothing: its document was never stored whole. */
async function readInfo(file: string): Promise<DocumentInfo | null> {
  const value = parseJson(await readFile(file, 'utf8'))
  return isInfo(value) ? value : null
}

// The writer was we, so the fields that this store relies on stand for the others.
function isInfo(value: unknown): value is DocumentInfo {
  if (typeof value !== 'object' || value === null) return false
  return 'fileKey' in value && 'bytes' in value && typeof value.bytes === 'number' && 'expiresAt' in value
}

async function readRange(file: string, start: number, length: number): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await handle.read(bytes, 0, length, start)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
