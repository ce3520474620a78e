/** Finds the script in a model's streamed text, and keeps it from being shown as prose. */

export const TOOL_CALLS_OPEN = '<tool-calls>'
export const TOOL_CALLS_CLOSE = '</tool-calls>'

export interface DetectedText {
  /** What may be shown now: never a piece of a block, nor what may become one. */
  readonly prose: string
}

export interface DetectedEnd extends DetectedText {
  /** What stood in the block; undefined when there was none. Several blocks come as one script, in their order. */
  readonly source: string | undefined
  /** False when the text ended inside a block: then `source` may be a torn script. */
  readonly isComplete: boolean
}

/** One for each message. */
export class ToolCallsDetector {
  /** Not decided yet: it may be the beginning of a tag. */
  #held = ''
  #isInside = false
  #source: string | undefined

  /** Takes the next piece of the text. */
  push(delta: string): DetectedText {
    let rest = this.#held + delta
    let prose = ''
    this.#held = ''
    while (rest !== '') {
      const tag = this.#isInside ? TOOL_CALLS_CLOSE : TOOL_CALLS_OPEN
      const at = rest.indexOf(tag)
      const held = at < 0 ? beginningOf(tag, rest) : 0
      const text = at < 0 ? rest.slice(0, rest.length - held) : rest.slice(0, at)
      if (this.#isInside) this.#source = (this.#source ?? '') + text
      else prose += text

      if (at < 0) {
        this.#held = rest.slice(rest.length - held)
        break
      }
      rest = rest.slice(at + tag.length)
      this.#isInside = !this.#isInside
      if (this.#isInside) this.#source = this.#source === undefined ? '' : `${this.#source}\n`
    }
    return { prose }
  }

  /** The text is over. */
  end(): DetectedEnd {
    const held = this.#held
    this.#held = ''
    const isComplete = !this.#isInside
    // Outside, the beginning of a tag that did not come was prose; inside, it was the script's or the tag itself, torn.
    return { prose: isComplete ? held : '', source: trimmed(this.#source), isComplete }
  }
}

/** How many characters at the end of `text` begin `tag`. */
function beginningOf(tag: string, text: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(tag.slice(0, length))) return length
  }
  return 0
}

/** Without the line breaks that set the tags apart. */
function trimmed(source: string | undefined): string | undefined {
  return source?.replace(/^[ \t]*\r?\n/, '').trimEnd()
}
