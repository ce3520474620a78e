/** Finds the script in what a model wrapped into markdown. */

/** Bounded, so that a text of nothing but marks is looked at once only. */
const OPENING = /^[ \t]*(`{3,16}|~{3,16})(?![`~])/

interface Block {
  /** Index of the first line behind the opening fence. */
  readonly start: number
  /** Index of the line of the closing fence. */
  readonly end: number
}

/** The source inside its fence, or as it is when no fence is around the whole of it. */
export function withoutFence(source: string): string {
  const lines = source.split('\n')
  const first = lines.findIndex((line) => line.trim() !== '')
  const last = lines.findLastIndex((line) => line.trim() !== '')
  const fence = OPENING.exec(lines[first] ?? '')?.[1]
  if (fence === undefined || last <= first) return source
  if (lines[last]?.trim() === fence) return atItsLine(lines, { start: first + 1, end: last })
  // One that was never closed: the text ended first.
  const isOnly = lines.findLastIndex((line) => line.includes(fence)) === first
  return isOnly ? atItsLine(lines, { start: first + 1, end: lines.length }) : source
}

/** The one fenced block in a text with prose around it; undefined when there is none, or several. */
export function onlyFencedBlock(source: string): string | undefined {
  const lines = source.split('\n')
  const [block, another] = blocksIn(lines)
  return block === undefined || another !== undefined ? undefined : atItsLine(lines, block)
}

/** As many lines before it as there were, so that positions stay the model's own. */
function atItsLine(lines: readonly string[], { start, end }: Block): string {
  return '\n'.repeat(start) + lines.slice(start, end).join('\n')
}

function* blocksIn(lines: readonly string[]): Generator<Block> {
  let fence: string | undefined
  let start = 0
  for (const [index, line] of lines.entries()) {
    if (fence === undefined) {
      fence = OPENING.exec(line)?.[1]
      start = index + 1
    } else if (line.trim() === fence) {
      yield { start, end: index }
      fence = undefined
    }
  }
}

/** What the fence around a script says that it is, in small letters; empty when it does not say. */
export function fenceLanguage(source: string): string {
  return (/^\s{0,100}(?:`{3,16}|~{3,16})([\w+#-]{1,20})/.exec(source)?.[1] ?? '').toLowerCase()
}
