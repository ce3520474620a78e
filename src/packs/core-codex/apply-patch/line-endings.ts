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
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    const ending = match[0]
    lines.push({
      text: text.slice(from, match.index),
      ending: ending === '\n' ? '\n' : ending === '\r' ? '\r' : '\r\n',
    })
    from = match.index + ending.length
  }
  if (from < text.length) lines.push({ text: text.slice(from), ending: '' })

  const first = lines[0]?.ending
  const ending = first === undefined || first === '' ? '\n' : first
  return {
    lines,
    ending,
    join: (result) => result.map((line) => line.text + (line.ending === '' ? ending : line.ending)).join(''),
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
