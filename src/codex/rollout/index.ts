/** Threads to and from the files that Codex itself keeps them in. */

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { OptionError } from '../../protocol/errors.ts'
import type { ThreadId } from '../../protocol/ids.ts'
import type { ThreadRecord } from '../../protocol/thread-record.ts'
import type { Redactor } from '../../std/redact.ts'
import { uuidV7 } from '../../std/uuid.ts'
import { StoreFailedError } from '../../stores/errors.ts'
import type { ThreadStore } from '../../stores/ports.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import { RolloutDamagedError } from '../errors.ts'
import type { ImportedRollout, RolloutImportOptions } from '../options/options.ts'
import { OPAQUE_FIELDS } from '../turn/redact-item.ts'
import { readRollout } from './read-rollout.ts'
import { isCodexId, rolloutPath, writeRollout } from './write-rollout.ts'

/** What of the runtime the two ways need. */
export interface RolloutSurroundings {
  readonly threads: ThreadStore
  readonly redactor: Redactor
  /** Milliseconds since 1970. */
  readonly now: number
  /** What relative paths are relative to. */
  readonly workingDirectory: string
}

/**
 * @throws {RolloutDamagedError} A line cannot be meant. @throws {ThreadExistsError} @throws {StoreError}
 * @throws {OptionError}
 */
export async function importRollout(
  { threads, redactor, now, workingDirectory }: RolloutSurroundings,
  file: string,
  options: RolloutImportOptions,
): Promise<ImportedRollout> {
  checkImport(file, options)
  const { provider, model, newId = false } = options
  const at = path.resolve(workingDirectory, file)
  const { meta, records, skipped } = readRollout(await readText(at), {
    provider,
    redact: (line) => redactOutput(line, redactor, OPAQUE_FIELDS),
    damaged: (line, problem) => new RolloutDamagedError({ file: at, line, problem }),
  })
  const threadId = (newId ? uuidV7(now) : meta.id) as ThreadId
  const writer = await threads.create({
    ...meta,
    ...(model === undefined ? {} : { model }),
    ...(newId ? { id: threadId, forkedFrom: meta.id } : {}),
  })
  try {
    // An answer that waits for its call holds for one thread alone.
    const isKept = (record: ThreadRecord) => record.type !== 'approval_answered' || !record.isStanding
    await writer.append(newId ? records.filter(isKept) : records)
    await writer.flush()
  } catch (error) {
    await writer[Symbol.asyncDispose]()
    // Half of a thread would pass for the whole.
    await threads.delete(threadId)
    throw error
  }
  await writer[Symbol.asyncDispose]()
  return { threadId, skipped }
}

/**
 * @returns The file, absolute.
 * @throws {ThreadNotFoundError} @throws {OptionError} Codex could not name the thread, or has it already.
 * @throws {StoreFailedError}
 */
export async function exportRollout(
  { threads, redactor, now, workingDirectory }: RolloutSurroundings,
  id: string,
  codexHome: string,
): Promise<string> {
  if (typeof codexHome !== 'string' || codexHome === '') {
    throw new OptionError('codexHome', "must be Codex's home folder, such as '/home/ann/.codex'.")
  }
  const records = await threads.read(id as ThreadId)
  const [first] = records
  if (first?.type !== 'thread_meta') throw new OptionError('id', `${id} has no description in its store.`)
  if (!isCodexId(first.meta.id)) {
    throw new OptionError(
      'id',
      `Codex names threads by UUIDs, and ${id} is none: fork it and export the fork.`,
    )
  }
  const home = path.resolve(workingDirectory, codexHome)
  const there = await findRollout(path.join(home, 'sessions'), first.meta.id)
  if (there !== null) {
    throw new OptionError(
      'id',
      `Codex has this thread already, in ${there}. Fork it here and export the fork, or move that file away.`,
    )
  }
  const file = path.join(home, ...rolloutPath(first.meta))
  const text = writeRollout(first.meta, records, now, (line) => redactOutput(line, redactor, OPAQUE_FIELDS))
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(file, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    throw new StoreFailedError('write a rollout file', file, error)
  }
  return file
}

function checkImport(file: unknown, options: unknown): void {
  if (typeof file !== 'string' || file === '')
    throw new OptionError('file', 'must be the path of a rollout file.')
  if (typeof options !== 'object' || options === null) throw new OptionError('options', 'must be an object.')
  for (const [name, value] of Object.entries(options)) {
    const isText = typeof value === 'string' && value !== ''
    if ((name === 'provider' || name === 'model') && value !== undefined && !isText) {
      throw new OptionError(name, 'must be a name.')
    }
    if (name === 'newId' && value !== undefined && typeof value !== 'boolean') {
      throw new OptionError(name, 'must be true or false.')
    }
    if (!['provider', 'model', 'newId'].includes(name)) {
      throw new OptionError(name, 'is no option of an import; there are provider, model and newId.')
    }
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new StoreFailedError('read a rollout file', file, error, `Look whether ${file} is there.`)
  }
}

/** The file in which Codex has the thread; null where there is none. */
async function findRollout(sessions: string, id: string): Promise<string | null> {
  try {
    const files = await readdir(sessions, { recursive: true })
    const found = files.find((file) => file.includes(id))
    return found === undefined ? null : path.join(sessions, found)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new StoreFailedError('look through the sessions of Codex', sessions, error)
  }
}
