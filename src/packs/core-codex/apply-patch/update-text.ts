/** Works out a file's new text from its old one and a patch's chunks. */

import { PatchConflictError } from '../errors.ts'
import {
  type FileLines,
  type LineEndings,
  normalizedLines,
  preservedLines,
  type TextLine,
} from './line-endings.ts'
import type { Chunk, ContextLine } from './patch.ts'
import { createLineSeeker, type LineSeeker } from './seek-sequence.ts'

interface Replacement {
  readonly start: number
  /** How many old lines go. */
  readonly length: number
  readonly lines: readonly TextLine[]
}

/**
 * Apply chunks to a text.
 *
 * @param path Absolute, for the errors.
 * @throws {PatchConflictError} A chunk's lines are not where they should be.
 */
export function updateText(
  text: string,
  path: string,
  chunks: readonly Chunk[],
  endings: LineEndings,
): string {
  const file = endings === 'preserve' ? preservedLines(text) : normalizedLines(text)
  return file.join(replace(file.lines, locate(file, path, chunks, endings)))
}

function locate(
  file: FileLines,
  path: string,
  chunks: readonly Chunk[],
  endings: LineEndings,
): Replacement[] {
  const texts = file.lines.map((line) => line.text)
  const seeker = createLineSeeker(texts)
  const replacements: Replacement[] = []
  let from = 0

  for (const chunk of chunks) {
    if (chunk.context !== null) {
      const at = seeker.seek([chunk.context], from)
      if (at === null) {
        throw new PatchConflictError(path, `Failed to find context '${chunk.context}' in ${path}`)
      }
      from = at + 1
    }
    if (chunk.oldLines.length === 0) {
      // Whatever its context said: Codex puts lines that replace nothing at the end.
      const isBeforeEmptyEnd = endings === 'normalize' && texts.at(-1) === ''
      const start = isBeforeEmptyEnd ? texts.length - 1 : texts.length
      replacements.push({ start, length: 0, lines: endedLines(chunk.newLines, file) })
      continue
    }

    const found = find(seeker, chunk, from, texts.length, endings)
    if (found === null) {
      const expected = chunk.oldLines.join('\n')
      throw new PatchConflictError(path, `Failed to find expected lines in ${path}:\n${expected}`)
    }
    const { at, wanted } = found
    from = at + wanted.oldLines.length
    replacements.push(...replacementsOf(wanted, at, file, endings))
  }
  return replacements.sort((a, b) => a.start - b.start)
}

/** Where a chunk's old lines stand; without the empty line at their end, if they stand nowhere with it. */
function find(
  seeker: LineSeeker,
  chunk: Chunk,
  from: number,
  lineCount: number,
  endings: LineEndings,
): { at: number; wanted: Chunk } | null {
  const seek = (wanted: Chunk): { at: number; wanted: Chunk } | null => {
    const last = lineCount - wanted.oldLines.length
    // Lines that must be the last of the file have one place only, and Codex looks nowhere else.
    if (wanted.isEndOfFile && endings === 'preserve' && last < from) return null
    const at = seeker.seek(wanted.oldLines, from, wanted.isEndOfFile ? { only: last } : {})
    return at === null ? null : { at, wanted }
  }
  const found = seek(chunk)
  return found ?? (chunk.oldLines.at(-1) === '' ? seek(withoutEmptyEnd(chunk)) : null)
}

function withoutEmptyEnd(chunk: Chunk): Chunk {
  const oldLines = chunk.oldLines.slice(0, -1)
  const newLines = chunk.newLines.at(-1) === '' ? chunk.newLines.slice(0, -1) : chunk.newLines
  const isLeft = (line: ContextLine) => line.old < oldLines.length && line.new < newLines.length
  return { ...chunk, oldLines, newLines, contextLines: chunk.contextLines.filter(isLeft) }
}

/** What a chunk changes at its place: the lines between its context, so that context keeps the file's own text. */
function replacementsOf(chunk: Chunk, at: number, file: FileLines, endings: LineEndings): Replacement[] {
  const { oldLines, newLines, contextLines } = chunk
  const replacements: Replacement[] = []
  // Normalized, the whole chunk is replaced, its context too.
  const borders = endings === 'preserve' ? contextLines : []
  let from: ContextLine = { old: 0, new: 0 }
  for (const to of [...borders, { old: oldLines.length, new: newLines.length }]) {
    const length = to.old - from.old
    const put = newLines.slice(from.new, to.new)
    if (length > 0 || put.length > 0) {
      replacements.push({ start: at + from.old, length, lines: endedLines(put, file) })
    }
    from = { old: to.old + 1, new: to.new + 1 }
  }
  return replacements
}

function endedLines(texts: readonly string[], { ending }: FileLines): TextLine[] {
  return texts.map((text) => ({ text, ending }))
}

/** Carry out replacements that are sorted by where they start. */
function replace(lines: readonly TextLine[], replacements: readonly Replacement[]): TextLine[] {
  // From the last to the first, as Codex does: with normalized line ends, a chunk at the end of the file may overlap
  // an earlier one, and then the earlier takes away what the later put there.
  const reversed: TextLine[] = []
  let boundary = lines.length
  const keep = (from: number, to: number) => {
    for (const line of lines.slice(from, to).reverse()) reversed.push(line)
  }

  for (const { start, length, lines: put } of replacements.toReversed()) {
    const end = start + length
    keep(end, boundary)
    for (let overlap = boundary; overlap < end; overlap += 1) reversed.pop()
    for (const line of put.toReversed()) reversed.push(line)
    boundary = start
  }
  keep(0, boundary)
  return reversed.reverse()
}
