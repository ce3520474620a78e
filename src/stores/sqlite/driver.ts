/** Node's own SQLite, loaded when a database is first opened. */

import { OptionError } from '../../protocol/errors.ts'

export type Sqlite = typeof import('node:sqlite')

/**
 * Node 22 warns of its SQLite as of an experiment, in the host's own output. We are guests, so that one warning is kept
 * back: loading is synchronous, and nobody else can warn meanwhile.
 *
 * @throws {OptionError} This Node was built or started without SQLite.
 */
export function loadSqlite(): Sqlite {
  const emitWarning = process.emitWarning
  process.emitWarning = () => {}
  try {
    // Not `import()`, which comes back later, and which bundlers rewrite to a `sqlite` that is no built-in.
    const sqlite = process.getBuiltinModule('node:sqlite')
    if (sqlite !== undefined) return sqlite
  } finally {
    process.emitWarning = emitWarning
  }
  throw new OptionError('store', 'this Node has no node:sqlite. Start it without --no-experimental-sqlite.')
}
