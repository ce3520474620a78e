/** Where threads and documents rest. */

export {
  BadThreadIdError,
  DocumentNotFoundError,
  StoreFailedError,
  ThreadDamagedError,
  ThreadExistsError,
  type ThreadHolder,
  ThreadInUseError,
  ThreadNotFoundError,
  WriterClosedError,
} from './errors.ts'
export { type FileStoreOptions, fileStore } from './file/index.ts'
export { type MemoryStoreOptions, memoryStore } from './memory/index.ts'
export type {
  DocumentInfo,
  DocumentStore,
  Store,
  ThreadStore,
  ThreadSummary,
  ThreadWriter,
} from './ports.ts'
