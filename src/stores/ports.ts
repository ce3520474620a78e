/** What a store must do; every store does it alike. */

import type { FileKey, ThreadId } from '../protocol/ids.ts'
import type { JsonValue } from '../protocol/json.ts'
import type { ThreadMeta, ThreadRecord } from '../protocol/thread-record.ts'

export interface ThreadSummary {
  readonly meta: ThreadMeta
  /** Milliseconds since 1970 of the last record. */
  readonly updatedAt: number
  readonly archived: boolean
}

/** The one writer of a thread, until it is disposed. */
export interface ThreadWriter extends AsyncDisposable {
  /**
   * Add records, all or none, in this order.
   *
   * Resolves when a reader in another process would see them; `flush` makes them survive the machine.
   *
   * @throws {StoreError} They could not be kept.
   * @throws {ThreadLeaseLostError} Somebody else has taken the thread over, or deleted it.
   */
  append(records: readonly ThreadRecord[]): Promise<void>
  /** Grows with what is appended: two equal positions of one thread mean the same records. Its unit is the store's own. */
  readonly position: number
  flush(): Promise<void>
}

export interface ThreadStore extends AsyncDisposable {
  /** @throws {StoreError} The id is taken. */
  create(meta: ThreadMeta): Promise<ThreadWriter>
  /** @throws {ThreadNotFoundError} @throws {ThreadInUseError} Another writer holds it. */
  open(id: ThreadId): Promise<ThreadWriter>
  /**
   * All records, oldest first. A last record that a crash cut short is left out.
   *
   * @throws {ThreadNotFoundError} @throws {ThreadDamagedError} A record before the last cannot be read; names its line.
   */
  read(id: ThreadId): Promise<ThreadRecord[]>
  /** Newest first. */
  list(options?: { readonly archived?: boolean }): Promise<ThreadSummary[]>
  archive(id: ThreadId): Promise<void>
  unarchive(id: ThreadId): Promise<void>
  /** Deleting what is not there is no error. */
  delete(id: ThreadId): Promise<void>
}

export interface DocumentInfo {
  readonly fileKey: FileKey
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** The thread it belongs to; null when it belongs to none. */
  readonly owner: string | null
  readonly createdAt: number
  /** Milliseconds since 1970; null for never. */
  readonly expiresAt: number | null
}

export interface DocumentStore extends AsyncDisposable {
  put(document: {
    readonly content: string | Uint8Array
    readonly name: string
    readonly mediaType?: string
    readonly owner?: string
    /** Kept 30 days unless said otherwise; null for ever. */
    readonly ttlMs?: number | null
  }): Promise<DocumentInfo>
  /** @throws {DocumentNotFoundError} Never there, deleted or expired. */
  info(fileKey: FileKey): Promise<DocumentInfo>
  /** Bytes from `offset`, at most `limit` of them. @throws {DocumentNotFoundError} */
  read(fileKey: FileKey, range?: { readonly offset?: number; readonly limit?: number }): Promise<Uint8Array>
  list(options?: { readonly owner?: string }): Promise<DocumentInfo[]>
  delete(fileKey: FileKey): Promise<void>
}

/** What was expensive to get, kept for a while: values cross as JSON, so each caller has a copy of its own. */
export interface Cache extends AsyncDisposable {
  /** Undefined where there is none, or none any more. */
  get(key: string): Promise<JsonValue | undefined>
  /** @throws {OptionError} `value` has no JSON, or `ttlMs` is no time. */
  set(key: string, value: unknown, ttlMs: number): Promise<void>
  /**
   * The kept value, or the one that `make` gives, kept from then on.
   *
   * However many ask at once, one `make` runs, also among processes that share the store: the others wait for it. Where
   * a process that makes is gone, another one makes; so `make` may run twice, and must bear it. A failure of `make` goes
   * to all in this process who wait for it, and is not kept.
   */
  getOrMake<Value>(key: string, ttlMs: number, make: () => Promise<Value>): Promise<Value>
  /** What is being made meanwhile is kept all the same. */
  delete(key: string): Promise<void>
}

/** When what was added is brought to the disk itself, out of reach of a power cut: never asked for, as each turn ends, or always. */
export type Fsync = 'never' | 'turn' | 'always'

/** Where a host's threads and documents rest. */
export interface Store extends AsyncDisposable {
  readonly threads: ThreadStore
  readonly documents: DocumentStore
  /** Absolute: files and folders of this machine that hold it, which no tool and no command may write. */
  readonly places?: readonly string[]
}

/** What each factory of this room gives. */
export interface StoreWithCache extends Store {
  readonly cache: Cache
}
