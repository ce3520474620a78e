/** Cached texts as files in one folder. */

import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { CLAIM_MS, type Shelf, type ShelvedText } from '../cache.ts'
import { asProcessLife, isOnThisHost, mayBeAlive, ownLife } from '../process-life.ts'
import { doing, hasCode, ifThere, makeFolder, namesIn, parseJson, writeInOneStep } from './disk.ts'

const ENTRY_EXTENSION = '.json'
const CLAIM_EXTENSION = '.claim'
/** Nobody asks for most values again, so they are looked for now and then. */
const WRITES_PER_SWEEP = 500

/**
 * @param folder Made when the first value is.
 * @param options `now`: milliseconds since 1970.
 */
export function fileShelf(folder: string, { now }: { readonly now: () => number }): Shelf {
  const entryFile = (key: string) => path.join(folder, key + ENTRY_EXTENSION)
  const claimFile = (key: string) => path.join(folder, key + CLAIM_EXTENSION)
  let writes = 0

  async function sweep(): Promise<void> {
    for (const name of await namesIn(folder)) {
      if (!name.endsWith(ENTRY_EXTENSION)) continue
      const file = path.join(folder, name)
      const entry = await ifThere(() => readEntry(file))
      if (entry === null || entry.expiresAt <= now()) await rm(file, { force: true })
    }
  }

  return {
    read: (key) => doing('read the cache', folder, () => ifThere(() => readEntry(entryFile(key)))),

    write: (key, entry) =>
      doing('write the cache', folder, async () => {
        await makeFolder(folder)
        await writeInOneStep(entryFile(key), JSON.stringify(entry))
        if (writes % WRITES_PER_SWEEP === 0) await sweep()
        writes += 1
      }),

    remove: (key) => doing('write the cache', folder, () => rm(entryFile(key), { force: true })),

    claim: (key, token) => doing('write the cache', folder, () => claim(claimFile(key), token)),

    release: (key, token) =>
      doing('write the cache', folder, async () => {
        const file = claimFile(key)
        if ((await readClaim(file))?.token === token) await rm(file, { force: true })
      }),
  }
}

/** Null for a file that a crash left without its end. */
async function readEntry(file: string): Promise<ShelvedText | null> {
  const value = parseJson(await readFile(file, 'utf8'))
  if (typeof value !== 'object' || value === null || !('text' in value && 'expiresAt' in value)) return null
  const { text, expiresAt } = value
  return typeof text === 'string' && typeof expiresAt === 'number' ? { text, expiresAt } : null
}

/**
 * Make the file of a claim, or touch it where it is ours.
 *
 * Two who find the same dead claim may both get it. Both then make the value, which does no harm.
 */
async function claim(file: string, token: string): Promise<boolean> {
  if (await makeClaim(file, token)) return true
  const found = await readClaim(file)
  if (found?.token === token) {
    await utimes(file, new Date(), new Date())
    return true
  }
  if (found?.isLive) return false
  await rm(file, { force: true })
  return makeClaim(file, token)
}

async function makeClaim(file: string, token: string): Promise<boolean> {
  await makeFolder(path.dirname(file))
  try {
    await writeFile(file, JSON.stringify({ token, ...(await ownLife()) }), { mode: 0o600, flag: 'wx' })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function readClaim(file: string): Promise<{ token: string | null; isLive: boolean } | null> {
  return ifThere(async () => {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)])
    const value = parseJson(text)
    const life = asProcessLife(value)
    const isFresh = Date.now() - mtimeMs < CLAIM_MS
    if (life === null || typeof value !== 'object' || value === null || !('token' in value)) {
      // Still being written, unless its writer ended in the middle of it.
      return { token: null, isLive: isFresh }
    }
    const token = typeof value.token === 'string' ? value.token : null
    return { token, isLive: isOnThisHost(life) ? await mayBeAlive(life) : isFresh }
  })
}
