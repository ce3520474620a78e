/** Two ways to see a text as lines: keeping each line's own end, or with LF throughout. */

export type LineEndings = 'preserve' | 'normalize'

export interface TextLine {
  readonly text: string
  /** Empty where the last line has no end. */
  readonly ending: '' | '\n' | '\r\n' | '\r'
}

export interface FileLines {
  readonly lines: readonly TextLine[]
  /** What a new line ends with. */
  readonly ending: '\n' | '\r\n' | '\r'
  join(lines: readonly TextLine[]): string
}

/** CRLF, lone CR and LF all end a line; a new line ends as the file's first one does. */
export function preservedLines(text: string): FileLines {
  const lines = splitLines(text)
  const first = lines[0]?.ending
  const ending = first === undefined || first === '' ? '\n' : first
  return {
    lines,
    ending,
    join(result) {
      let joined = ''
      for (const line of result) joined += line.text + (line.ending === '' ? ending : line.ending)
      return joined
    },
  }
}

function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = []
  let from = 0
  let carriageReturn = text.indexOf('\r')
  let lineFeed = text.indexOf('\n')
  while (carriageReturn !== -1 || lineFeed !== -1) {
    const isLineFeed = carriageReturn === -1 || (lineFeed !== -1 && lineFeed < carriageReturn)
    const at = isLineFeed ? lineFeed : carriageReturn
    const ending = isLineFeed ? '\n' : lineFeed === at + 1 ? '\r\n' : '\r'
    lines.push({ text: text.slice(from, at), ending })
    from = at + ending.length
    carriageReturn = nextOf(text, '\r', carriageReturn, from)
    lineFeed = nextOf(text, '\n', lineFeed, from)
  }
  if (from < text.length) lines.push({ text: text.slice(from), ending: '' })
  return lines
}

/** Searches again only where the last find is passed: a text without the one character is not read for every line. */
function nextOf(text: string, character: '\r' | '\n', last: number, from: number): number {
  return last !== -1 && last < from ? text.indexOf(character, from) : last
}

/** Only LF ends a line, a CR before it is part of the text; an empty line at the end of the result is given up. */
export function normalizedLines(text: string): FileLines {
  const texts = text.split('\n')
  if (texts.at(-1) === '') texts.pop()
  return {
    lines: texts.map((line) => ({ text: line, ending: '\n' })),
    ending: '\n',
    join(result) {
      const joined = result.map((line) => line.text)
      if (joined.at(-1) !== '') joined.push('')
      return joined.join('\n')
    },
  }
}
