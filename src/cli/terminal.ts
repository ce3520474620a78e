/** Lines for a person, with a line of the moment below them where the stream is a terminal. */

import { stripVTControlCharacters, styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

export interface Terminal extends Disposable {
  /** For good; line breaks inside are kept. */
  line(text: string): void
  /** What happens at this moment, until the next line; a stream that is no terminal does not show it. */
  moment(text: string): void
  /** The text in colour where the stream shows colours. */
  paint(style: Style, text: string): string
}

/** Of a terminal that does not say how wide it is. */
const COLUMNS_DEFAULT = 80
const CLEAR_LINE = '\r\x1b[2K'

export function terminalOf(stream: NodeJS.WriteStream): Terminal {
  let isMomentShown = false
  const clear = () => {
    if (isMomentShown) stream.write(CLEAR_LINE)
    isMomentShown = false
  }
  return {
    line(text) {
      clear()
      stream.write(`${text}\n`)
    },
    moment(text) {
      if (!stream.isTTY) return
      clear()
      stream.write(oneLine(text, (stream.columns || COLUMNS_DEFAULT) - 1))
      isMomentShown = true
    },
    paint: (style, text) => styleText(style, text, { stream }),
    [Symbol.dispose]: clear,
  }
}

/** The text's beginning as one line of at most `width` columns, with nothing in it that moves the cursor. */
export function oneLine(text: string, width: number): string {
  const line = stripVTControlCharacters(text).replaceAll(/\s+/g, ' ').trim()
  const points = Array.from(line)
  return points.length <= width ? line : `${points.slice(0, Math.max(0, width - 1)).join('')}…`
}

/**
 * The whole text with nothing in it that a terminal obeys or hides: such a character is shown as its number, `\u{1b}`.
 *
 * Those are control characters and line ends, whatever has no shape (also what turns the direction of writing), and
 * spaces that are not the usual one.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  )
}

/** Of a line's own width, so that no text can begin a line that looks like ours. */
const MARGIN = 4

/**
 * The whole text over as many lines as it takes, each marked at its beginning: `|` for a line of the text, `:` for the
 * rest of one that is too wide.
 */
export function block(text: string, columns = process.stderr.columns || COLUMNS_DEFAULT): string {
  const width = Math.max(1, columns - MARGIN)
  return text
    .split('\n')
    .flatMap((line) => {
      const points = Array.from(visible(line))
      const starts = Array.from(
        { length: Math.max(1, Math.ceil(points.length / width)) },
        (_, at) => at * width,
      )
      return starts.map((at) => `  ${at === 0 ? '|' : ':'} ${points.slice(at, at + width).join('')}`)
    })
    .join('\n')
}
