/** What a patch says, once it is read: a list of hunks, one for each file it names. */

export interface AddHunk {
  readonly kind: 'add'
  readonly path: string
  readonly contents: string
}

export interface DeleteHunk {
  readonly kind: 'delete'
  readonly path: string
}

export interface UpdateHunk {
  readonly kind: 'update'
  readonly path: string
  readonly movePath: string | null
  readonly chunks: readonly Chunk[]
}

/** One file's part of a patch. Paths stand as the patch spells them. */
export type Hunk = AddHunk | DeleteHunk | UpdateHunk

/** Lines to find, with the lines that take their place. */
export interface Chunk {
  /** A line that comes somewhere before the chunk: what stood behind `@@`. */
  readonly context: string | null
  readonly oldLines: readonly string[]
  readonly newLines: readonly string[]
  /** Which lines are the same in both: pairs of an index in `oldLines` and one in `newLines`, ascending. */
  readonly contextLines: readonly ContextLine[]
  /** The old lines must be the last of the file. */
  readonly isEndOfFile: boolean
}

export interface ContextLine {
  readonly old: number
  readonly new: number
}

export interface Patch {
  readonly hunks: readonly Hunk[]
  /** What `*** Environment ID:` asked for; null when it did not. */
  readonly environmentId: string | null
}
