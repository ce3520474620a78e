/** Where threads, documents and cached values rest. */

export {
  BadThreadIdError,
  DocumentNotFoundError,
  StoreClosedError,
  StoreFailedError,
  StoreVersionError,
  ThreadDamagedError,
  ThreadExistsError,
  type ThreadHolder,
  ThreadInUseError,
  ThreadLeaseLostError,
  ThreadNotFoundError,
  WriterClosedError,
} from './errors.ts'
export { type FileStoreOptions, fileStore } from './file/index.ts'
export { type MemoryStoreOptions, memoryStore } from './memory/index.ts'
export type {
  Cache,
  DocumentInfo,
  DocumentStore,
  Fsync,
  Store,
  StoreWithCache,
  ThreadStore,
  ThreadSummary,
  ThreadWriter,
} from './ports.ts'
export { type RedisLike, type RedisStoreOptions, redisStore } from './redis/index.ts'
export { type SqliteStoreOptions, sqliteStore } from './sqlite/index.ts'
