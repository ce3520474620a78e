/** Server-sent events: bytes in, messages out. */

export interface SseMessage {
  /** The `event` field; `message` when the sender named none. */
  readonly event: string
  /** The `data` lines, joined by line feeds. */
  readonly data: string
}

/** A message is longer than its bound. */
export class SseTooLongError extends RangeError {
  override readonly name = 'SseTooLongError'
}

export interface SseDecoder {
  /**
   * Take the next bytes, cut anywhere.
   *
   * @throws {SseTooLongError}
   */
  push(bytes: Uint8Array): SseMessage[]
  /**
   * The bytes are over: give what stands without its closing blank line.
   *
   * The standard throws such a rest away. We hand it out, since senders exist that leave the last blank line off, and
   * say so with `isWhole: false`: whoever reads it must be able to tell half a message from a whole one, as JSON can.
   */
  end(): { readonly messages: SseMessage[]; readonly isWhole: boolean }
}

const MESSAGE_CHARS_MAX = 64 * 1024 * 1024

/**
 * A decoder for one stream.
 *
 * Lines end with LF, CR or CRLF; comments and the fields `id` and `retry` are read over; a byte order mark is dropped.
 *
 * @param options.messageCharsMax Longest message, in characters, with a line that has no end yet. Default 64 Mi.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6
 */
export function createSseDecoder(options: { readonly messageCharsMax?: number } = {}): SseDecoder {
  const charsMax = options.messageCharsMax ?? MESSAGE_CHARS_MAX
  const utf8 = new TextDecoder()
  /** The line that has no end yet. */
  let rest = ''
  let endsWithCr = false
  let event = ''
  let data: string | null = null

  /** Gives the message that a blank line completes. */
  function readLine(line: string): SseMessage | null {
    if (line === '') {
      const message = data === null ? null : { event: event === '' ? 'message' : event, data }
      event = ''
      data = null
      return message
    }
    if (line.startsWith('data:')) appendData(valueAfter(line, 5))
    else if (line.startsWith('event:')) event = valueAfter(line, 6)
    else if (line === 'data') appendData('')
    return null
  }

  function appendData(value: string): void {
    data = data === null ? value : `${data}\n${value}`
    checkLength()
  }

  /** Of all that is kept of a message, so that no part can grow beside the others; an endless comment is a part too. */
  function checkLength(): void {
    if (rest.length + event.length + (data?.length ?? 0) > charsMax) throw tooLong(charsMax)
  }

  function readText(text: string): SseMessage[] {
    const messages: SseMessage[] = []
    let from = 0
    for (;;) {
      const end = text.indexOf('\n', from)
      if (end === -1) break
      const line = from === 0 ? rest + text.slice(0, end) : text.slice(from, end)
      rest = from === 0 ? '' : rest
      from = end + 1
      const message = readLine(line)
      if (message !== null) messages.push(message)
    }
    rest += from === 0 ? text : text.slice(from)
    checkLength()
    return messages
  }

  /** One kind of line end. A CR ends its line at once; the LF that may follow in the next bytes then ends nothing. */
  function withLineFeeds(text: string): string {
    if (text === '') return text
    const fresh = endsWithCr && text.startsWith('\n') ? text.slice(1) : text
    endsWithCr = text.endsWith('\r')
    return fresh.includes('\r') ? fresh.replace(/\r\n?/g, '\n') : fresh
  }

  return {
    push: (bytes) => readText(withLineFeeds(utf8.decode(bytes, { stream: true }))),
    end() {
      const messages = readText(withLineFeeds(utf8.decode()))
      const isWhole = rest === '' && data === null
      if (!isWhole) messages.push(...readText('\n\n'))
      return { messages, isWhole }
    },
  }
}

function valueAfter(line: string, colon: number): string {
  return line.slice(line.charCodeAt(colon) === 0x20 ? colon + 1 : colon)
}

function tooLong(charsMax: number): SseTooLongError {
  return new SseTooLongError(`A server-sent event is longer than ${charsMax} characters.`)
}
