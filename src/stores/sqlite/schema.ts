/** The tables of a store's database, and the steps from each version to the next. */

/** Marks the file as one of ours: "CxTs" in ASCII. */
export const APPLICATION_ID = 0x43785473

/**
 * The statements that lead from version 0 to 1, from 1 to 2 and so on; a step that was released is never changed.
 *
 * Texts that a host chooses are kept as JSON: a column takes neither a NUL in the middle nor half a surrogate pair.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE thread (
    -- Never given twice: records of a deleted thread cannot come back in a later one.
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    meta TEXT NOT NULL,
    updated_at REAL NOT NULL,
    archived INTEGER NOT NULL DEFAULT 0,
    -- The lease: which writer, of which process, and when it last said so (by the machine's clock).
    epoch INTEGER NOT NULL DEFAULT 0,
    writer TEXT,
    holder TEXT,
    renewed_at INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX thread_by_time ON thread (archived, updated_at);

  CREATE TABLE record (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    thread INTEGER NOT NULL REFERENCES thread (number) ON DELETE CASCADE,
    line TEXT NOT NULL
  ) STRICT;
  CREATE INDEX record_by_thread ON record (thread, number);

  CREATE TABLE document (
    file_key TEXT PRIMARY KEY,
    owner TEXT,
    expires_at REAL,
    info TEXT NOT NULL,
    content BLOB NOT NULL
  ) STRICT;
  CREATE INDEX document_by_owner ON document (owner);
  CREATE INDEX document_by_end ON document (expires_at);

  CREATE TABLE cache (
    key TEXT PRIMARY KEY,
    text TEXT NOT NULL,
    expires_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX cache_by_end ON cache (expires_at);

  CREATE TABLE claim (
    key TEXT PRIMARY KEY,
    token TEXT NOT NULL,
    ends_at INTEGER NOT NULL
  ) STRICT;
  `,
]
