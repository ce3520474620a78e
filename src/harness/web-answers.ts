/** The host's side of a script's Web globals: Node's own, asked in text. */

import { type DecoderName, URL_FIELDS, type UrlParts, type WebReply, type WebRequest } from './guest/web.ts'

/** Decoders of one script that are in the middle of a stream. */
const STREAMS_MAX = 100

/** Answers for one script. Never throws. */
export class WebAnswers {
  readonly #streams = new Map<number, InstanceType<typeof TextDecoder>>()
  #lastStream = 0

  /** @param request JSON of a `WebRequest`. @returns JSON of a `WebReply`. */
  answer(request: string): string {
    let reply: WebReply
    try {
      reply = { value: this.#answer(JSON.parse(request) as WebRequest) }
    } catch (error) {
      const { name, message } = error instanceof Error ? error : new Error(String(error))
      reply = { error: [name, message] }
    }
    return JSON.stringify(reply)
  }

  #answer(request: WebRequest): unknown {
    switch (request[0]) {
      case 'parseUrl':
        return partsOf(new URL(request[1], request[2] ?? undefined))
      case 'setUrl': {
        const url = new URL(request[1])
        Reflect.set(url, request[2], request[3])
        return partsOf(url)
      }
      case 'parseQuery':
        // It takes one question mark away, and the text may begin with one of its own.
        return [...new URLSearchParams(`?${request[1]}`)]
      case 'formatQuery':
        return new URLSearchParams(request[1]).toString()
      case 'atob':
        return atob(request[1])
      case 'btoa':
        return btoa(request[1])
      case 'encode':
        return Buffer.from(request[1]).toString('latin1')
      case 'openDecoder': {
        const [, label, fatal, ignoreBOM] = request
        const { encoding } = new TextDecoder(label, { fatal, ignoreBOM })
        return { encoding, fatal, ignoreBOM, stream: 0 } satisfies DecoderName
      }
      case 'decode':
        return this.#decode(request[1], Buffer.from(request[2], 'latin1'), request[3])
    }
  }

  #decode({ encoding, fatal, ignoreBOM, stream }: DecoderName, bytes: Buffer, isMore: boolean) {
    const decoder = this.#streams.get(stream) ?? new TextDecoder(encoding, { fatal, ignoreBOM })
    this.#streams.delete(stream)
    const text = decoder.decode(bytes, { stream: isMore })
    if (!isMore) return { text, stream: 0 }
    if (this.#streams.size >= STREAMS_MAX) {
      throw new RangeError(
        `More than ${STREAMS_MAX} decoders are in the middle of a stream; end some of them.`,
      )
    }
    const id = ++this.#lastStream
    this.#streams.set(id, decoder)
    return { text, stream: id }
  }
}

const partsOf = (url: URL) => Object.fromEntries(URL_FIELDS.map((field) => [field, url[field]])) as UrlParts
