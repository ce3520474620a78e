/** The state machine that reads a patch line by line, so that its hunks are known while it still arrives. */

import { PatchSyntaxError } from '../errors.ts'
import type { AddHunk, Chunk, DeleteHunk, Hunk, Patch, UpdateHunk } from './patch.ts'
import { trim, trimEnd } from './white-space.ts'

export const BEGIN_PATCH = '*** Begin Patch'
export const END_PATCH = '*** End Patch'
const ADD_FILE = '*** Add File: '
const DELETE_FILE = '*** Delete File: '
const UPDATE_FILE = '*** Update File: '
const MOVE_TO = '*** Move to: '
const END_OF_FILE = '*** End of File'
const ENVIRONMENT_ID = '*** Environment ID:'

export const FIRST_LINE_PROBLEM = `The first line of the patch must be '${BEGIN_PATCH}'`
export const LAST_LINE_PROBLEM = `The last line of the patch must be '${END_PATCH}'`

type Writable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] }
type OpenChunk = Writable<Chunk>
type OpenUpdate = Omit<Writable<UpdateHunk>, 'chunks'> & { chunks: OpenChunk[] }
type OpenHunk = Writable<AddHunk> | DeleteHunk | OpenUpdate

export interface HunkParser {
  /** Take the next line, without its line end. @throws {PatchSyntaxError} */
  push(line: string): void
  /** What has been read so far: always the same array, and its last hunk may still grow. */
  readonly hunks: readonly Hunk[]
  /** Whether the patch's last marker was read. */
  readonly isEnded: boolean
  /** Take the last line, which may be indented where others may not. @throws {PatchSyntaxError} It ends no patch. */
  finish(line: string): Patch
}

export function createHunkParser(): HunkParser {
  const hunks: OpenHunk[] = []
  let state: 'before' | 'started' | 'hunk' | 'ended' = 'before'
  let environmentId: string | null = null
  let lineNumber = 0
  let headerLine = 0

  const fail = (problem: string, line: number | null = lineNumber): never => {
    throw new PatchSyntaxError(problem, line)
  }
  const notAHeader = (trimmed: string): never =>
    fail(
      `'${trimmed}' is not a valid hunk header. ` +
        `Valid hunk headers: '${ADD_FILE}{path}', '${DELETE_FILE}{path}', '${UPDATE_FILE}{path}'`,
    )

  /** Begin the hunk, or end the patch, that `line` names; false when it names neither. */
  function takeHeader(line: string): boolean {
    if (line === END_PATCH) {
      state = 'ended'
      return true
    }
    const hunk = readHeader(line)
    if (hunk === null) return false
    headerLine = lineNumber
    hunks.push(hunk)
    state = 'hunk'
    return true
  }

  function pushStarted(trimmed: string): void {
    if (trimmed.startsWith(ENVIRONMENT_ID)) {
      if (environmentId !== null) fail('apply_patch environment_id cannot be specified more than once', null)
      environmentId = trim(trimmed.slice(ENVIRONMENT_ID.length))
      if (environmentId === '') fail('apply_patch environment_id cannot be empty', null)
      return
    }
    if (!takeHeader(trimmed)) notAHeader(trimmed)
  }

  function pushAdd(hunk: Writable<AddHunk>, line: string, trimmed: string): void {
    if (takeHeader(trimmed)) return
    if (!line.startsWith('+')) notAHeader(trimmed)
    hunk.contents += `${line.slice(1)}\n`
  }

  function pushUpdate(hunk: OpenUpdate, line: string): void {
    // Only the right side is trimmed: an indented marker inside an update is a line of context.
    const trimmed = trimEnd(line)
    const last = hunk.chunks.at(-1)

    if (trimmed === END_PATCH || readHeader(trimmed) !== null) {
      closeUpdate(hunk, trimmed)
      takeHeader(trimmed)
      return
    }
    if (last?.isEndOfFile && !isContextMarker(trimmed)) {
      if (trimmed !== '') fail(`Expected update hunk to start with a @@ context marker, got: '${line}'`)
      return
    }
    if (trimmed.startsWith(MOVE_TO) && last === undefined && hunk.movePath === null) {
      hunk.movePath = trimmed.slice(MOVE_TO.length)
      return
    }
    if (isContextMarker(trimmed)) {
      if (last !== undefined && isEmpty(last)) unexpected(line)
      hunk.chunks.push(newChunk(trimmed === '@@' ? null : trimmed.slice('@@ '.length)))
      return
    }
    if (trimmed === END_OF_FILE) markEndOfFile(last)
    else pushChunkLine(hunk, line)
  }

  function markEndOfFile(last: OpenChunk | undefined): void {
    if (last === undefined) return
    if (isEmpty(last)) fail('Update hunk does not contain any lines')
    last.isEndOfFile = true
  }

  function pushChunkLine(hunk: OpenUpdate, line: string): void {
    // Models drop the single space of an empty line of context.
    const sign = line === '' ? ' ' : line.charAt(0)
    const last = hunk.chunks.at(-1)
    if (sign !== ' ' && sign !== '+' && sign !== '-') {
      if (last === undefined || isEmpty(last)) unexpected(line)
      fail(`Expected update hunk to start with a @@ context marker, got: '${line}'`)
    }

    // The first `@@` may be missing.
    const chunk = last ?? newChunk(null)
    if (last === undefined) hunk.chunks.push(chunk)
    const text = line.slice(1)
    if (sign === ' ') chunk.contextLines.push({ old: chunk.oldLines.length, new: chunk.newLines.length })
    if (sign !== '+') chunk.oldLines.push(text)
    if (sign !== '-') chunk.newLines.push(text)
  }

  function closeUpdate(hunk: OpenUpdate, next: string): void {
    const last = hunk.chunks.at(-1)
    if (last === undefined) fail(`Update file hunk for path '${hunk.path}' is empty`, headerLine)
    else if (isEmpty(last)) {
      if (next === END_PATCH) fail('Update hunk does not contain any lines')
      unexpected(next)
    }
  }

  const unexpected = (line: string): never =>
    fail(
      `Unexpected line found in update hunk: '${line}'. ` +
        `Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)`,
    )

  function pushHunk(line: string, trimmed: string): void {
    const hunk = hunks.at(-1)
    if (hunk?.kind === 'add') pushAdd(hunk, line, trimmed)
    else if (hunk?.kind === 'update') pushUpdate(hunk, line)
    else if (!takeHeader(trimmed)) notAHeader(trimmed)
  }

  function push(raw: string): void {
    lineNumber += 1
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const trimmed = trim(line)
    if (state === 'hunk') pushHunk(line, trimmed)
    else if (state === 'started') pushStarted(trimmed)
    else if (state === 'ended') {
      if (trimmed !== '') fail(LAST_LINE_PROBLEM, null)
    } else if (trimmed === BEGIN_PATCH) state = 'started'
    else fail(FIRST_LINE_PROBLEM, null)
  }

  return {
    push,
    hunks,
    get isEnded() {
      return state === 'ended'
    },
    finish(line) {
      const isEnd = trim(line) === END_PATCH
      if (!isEnd || state !== 'ended') push(isEnd ? END_PATCH : line)
      if (state !== 'ended') fail(LAST_LINE_PROBLEM, null)
      return { hunks, environmentId }
    },
  }
}

function readHeader(line: string): OpenHunk | null {
  if (!line.startsWith('*** ')) return null
  if (line.startsWith(ADD_FILE)) return { kind: 'add', path: line.slice(ADD_FILE.length), contents: '' }
  if (line.startsWith(DELETE_FILE)) return { kind: 'delete', path: line.slice(DELETE_FILE.length) }
  if (!line.startsWith(UPDATE_FILE)) return null
  return { kind: 'update', path: line.slice(UPDATE_FILE.length), movePath: null, chunks: [] }
}

function isContextMarker(line: string): boolean {
  return line === '@@' || line.startsWith('@@ ')
}

function newChunk(context: string | null): OpenChunk {
  return { context, oldLines: [], newLines: [], contextLines: [], isEndOfFile: false }
}

function isEmpty(chunk: Chunk): boolean {
  return chunk.oldLines.length === 0 && chunk.newLines.length === 0
}
