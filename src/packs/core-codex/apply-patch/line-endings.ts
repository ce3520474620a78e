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
    if (carriageReturn !== -1 && carriageReturn < from) carriageReturn = text.indexOf('\r', from)
    if (lineFeed !== -1 && lineFeed < from) lineFeed = text.indexOf('\n', from)
  }
  if (from < text.length) lines.push({ text: text.slice(from), ending: '' })

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
