/** Picks the block of lines around one of them, by indentation. */

const TAB_WIDTH = 4
const COMMENT_STARTS = ['#', '//', '--']

export interface BlockOptions {
  /** Index of the line that the block is around, from 0. */
  readonly anchor: number
  /** How many levels of indentation to go out; 0 for all. */
  readonly levelsMax: number
  readonly includeSiblings: boolean
  /** Keep comments that stand above the block at its own level. */
  readonly includeHeader: boolean
  readonly linesMax: number
}

/** The block's first line, and the one behind its last, as indexes from 0. */
export interface Block {
  readonly start: number
  readonly end: number
}

/**
 * Grow from the anchor, a line up and a line down in turn, while lines are indented deeply enough.
 *
 * Upstream's rules for `read_file` in indentation mode.
 */
export function indentationBlock(lines: readonly string[], options: BlockOptions): Block {
  const { anchor, levelsMax, linesMax } = options
  if (linesMax === 1) return { start: anchor, end: anchor + 1 }

  const indents = effectiveIndents(lines)
  const outermost = levelsMax === 0 ? 0 : Math.max(0, (indents[anchor] ?? 0) - levelsMax * TAB_WIDTH)
  const up = edge(lines, indents, outermost, { ...options, step: -1 })
  const down = edge(lines, indents, outermost, { ...options, step: 1 })

  let start = anchor
  let end = anchor + 1
  const grows = { up: true, down: true }
  while (end - start < linesMax && (grows.up || grows.down)) {
    if (grows.up) {
      grows.up = up(start - 1)
      if (grows.up) start -= 1
      if (end - start >= linesMax) break
    }
    if (grows.down) {
      grows.down = down(end)
      if (grows.down) end += 1
    }
  }
  return withoutBlankEnds(lines, { start, end })
}

/** Whether the block may grow over a line; asked for each line once, going outward. */
function edge(
  lines: readonly string[],
  indents: readonly number[],
  outermost: number,
  { includeSiblings, includeHeader, step }: BlockOptions & { readonly step: 1 | -1 },
): (at: number) => boolean {
  let hasBoundary = false
  return (at) => {
    const indent = indents[at]
    if (indent === undefined || indent < outermost) return false
    if (indent !== outermost || includeSiblings) return true
    const isHeader = step === -1 && includeHeader && isComment(lines[at] ?? '')
    // The first line at the outermost level opens or closes the block; the second belongs to a sibling.
    if (hasBoundary && !isHeader) return false
    if (!hasBoundary) hasBoundary = true
    return true
  }
}

/** A blank line is indented as the line before it. */
function effectiveIndents(lines: readonly string[]): number[] {
  let previous = 0
  return lines.map((line) => {
    if (line.trim() !== '') previous = indentOf(line)
    return previous
  })
}

function indentOf(line: string): number {
  let width = 0
  for (const character of line) {
    if (character === ' ') width += 1
    else if (character === '\t') width += TAB_WIDTH
    else break
  }
  return width
}

function isComment(line: string): boolean {
  const text = line.trim()
  return COMMENT_STARTS.some((start) => text.startsWith(start))
}

function withoutBlankEnds(lines: readonly string[], block: Block): Block {
  let { start, end } = block
  while (start < end && lines[start]?.trim() === '') start += 1
  while (end > start && lines[end - 1]?.trim() === '') end -= 1
  return { start, end }
}
