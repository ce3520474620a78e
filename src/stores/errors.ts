/** What can go wrong with kept threads or documents. */

import { StoreError } from '../protocol/errors.ts'

/** No thread of that id was ever made here, or it was deleted. */
export class ThreadNotFoundError extends StoreError {
  override readonly name = 'ThreadNotFoundError'
  readonly code = 'thread_not_found'
  readonly threadId: string

  constructor(threadId: string) {
    super(`There is no thread ${quoted(threadId)} in this store. List the threads to see their ids.`)
    this.threadId = threadId
  }
}

/** A thread of that id is there already, archived or not. */
export class ThreadExistsError extends StoreError {
  override readonly name = 'ThreadExistsError'
  readonly code = 'thread_exists'
  readonly threadId: string

  constructor(threadId: string) {
    super(
      `A thread ${quoted(threadId)} is in this store already. Open it, or make the new one under another id.`,
    )
    this.threadId = threadId
  }
}

/** An id that no store takes, because a file could not be named by it. */
export class BadThreadIdError extends StoreError {
  override readonly name = 'BadThreadIdError'
  readonly code = 'bad_thread_id'
  readonly threadId: string

  constructor(threadId: string) {
    super(
      `${quoted(threadId)} cannot be a thread's id. ` +
        'Use 1 to 128 letters, digits, hyphens or underscores, the first a letter or digit.',
    )
    this.threadId = threadId
  }
}

/** Which process holds a thread for writing. */
export interface ThreadHolder {
  readonly pid: number
  readonly host: string
  /** Grows by one each time a thread is taken over from a writer that died. */
  readonly epoch: number
}

/** Another writer holds the thread. */
export class ThreadInUseError extends StoreError {
  override readonly name = 'ThreadInUseError'
  readonly code = 'thread_in_use'
  override readonly retryable = true
  readonly threadId: string
  /** Null where the store does not know: the writer is in this process, or is just taking hold. */
  readonly holder: ThreadHolder | null

  constructor(threadId: string, holder: ThreadHolder | null = null, lockFile?: string) {
    const who = holder === null ? 'another writer' : `process ${holder.pid} on ${holder.host}`
    const remedy = lockFile === undefined ? '' : ` If that process is gone for certain, remove ${lockFile}.`
    super(
      `The thread ${quoted(threadId)} is being written by ${who}. Close it there, or fork it here.${remedy}`,
    )
    this.threadId = threadId
    this.holder = holder
  }
}

/** The thread was taken from a writer that seemed gone: what it adds would stand among another's records. */
export class ThreadLeaseLostError extends StoreError {
  override readonly name = 'ThreadLeaseLostError'
  readonly code = 'thread_lease_lost'
  readonly threadId: string
  /** Who holds the thread now; null where nobody does, or the store does not know. */
  readonly holder: ThreadHolder | null

  constructor(threadId: string, holder: ThreadHolder | null = null) {
    const who = holder === null ? '' : ` Process ${holder.pid} on ${holder.host} holds it now.`
    super(
      `The right to write the thread ${quoted(threadId)} was lost, and nothing was added.${who} ` +
        'Open it again to go on after what others have added, or fork it.',
    )
    this.threadId = threadId
    this.holder = holder
  }
}

/** A record that is not the last one cannot be read. */
export class ThreadDamagedError extends StoreError {
  override readonly name = 'ThreadDamagedError'
  readonly code = 'thread_damaged'
  readonly threadId: string
  /** The file's path; for a store without files, what stands for it. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number

  constructor(facts: { threadId: string; file: string; line: number; problem: string }) {
    super(
      `The thread ${quoted(facts.threadId)} cannot be read: ${facts.file}, line ${facts.line}: ${facts.problem}. ` +
        'Mend or remove that line; the others stay as they are.',
    )
    this.threadId = facts.threadId
    this.file = facts.file
    this.line = facts.line
  }
}

/** The writer was disposed, or its store was. */
export class WriterClosedError extends StoreError {
  override readonly name = 'WriterClosedError'
  readonly code = 'writer_closed'
  readonly threadId: string

  constructor(threadId: string) {
    super(`Nothing more can be added to the thread ${quoted(threadId)}: its writer is closed. Open it again.`)
    this.threadId = threadId
  }
}

/** Never there, deleted, or past its time. */
export class DocumentNotFoundError extends StoreError {
  override readonly name = 'DocumentNotFoundError'
  readonly code = 'document_not_found'
  readonly fileKey: string

  constructor(fileKey: string) {
    super(
      `There is no document ${quoted(fileKey)}: it was never stored, was deleted, or its time is over. ` +
        'List the documents to see the file keys that are left.',
    )
    this.fileKey = fileKey
  }
}

/** The store was disposed. */
export class StoreClosedError extends StoreError {
  override readonly name = 'StoreClosedError'
  readonly code = 'store_closed'

  constructor() {
    super('This store is closed. Make another one for the same place, and close it after its last use.')
  }
}

/** The store was made by a later version of this library. */
export class StoreVersionError extends StoreError {
  override readonly name = 'StoreVersionError'
  readonly code = 'store_version'
  readonly path: string
  readonly version: number
  /** The latest that this library can read. */
  readonly versionMax: number

  constructor(facts: { path: string; version: number; versionMax: number }) {
    super(
      `${facts.path} has version ${facts.version}, and this library knows versions up to ${facts.versionMax}. ` +
        'Use a later version of the library, or another file.',
    )
    this.path = facts.path
    this.version = facts.version
    this.versionMax = facts.versionMax
  }
}

/** The machine or the server refused: no room, no permission, no connection. `cause` is its own error. */
export class StoreFailedError extends StoreError {
  override readonly name = 'StoreFailedError'
  readonly code = 'store_failed'
  /** The file or folder; for a store without files, what stands for it. */
  readonly path: string

  constructor(
    deed: string,
    path: string,
    cause: unknown,
    remedy = `Look at the permissions and the free space of ${path}.`,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(`Could not ${deed}: ${reason}. ${remedy}`, { cause })
    this.path = path
  }
}

/** An id as a message shows it: one line, and not endless. */
function quoted(id: string): string {
  return JSON.stringify(id.length > 140 ? `${id.slice(0, 140)}…` : id)
}
