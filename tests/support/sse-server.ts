/** A provider on loopback that sends hand-written bytes. */

import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

export interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Record<string, unknown>
  /** Settles when the connection of this request is gone, or its answer complete. */
  readonly closed: Promise<void>
}

export interface SseServer extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly ReceivedRequest[]
}

/** Answers the request with this number, counted from 0. */
export type Answer = (
  response: ServerResponse,
  index: number,
  request: IncomingMessage,
) => void | Promise<void>

export async function startSseServer(answer: Answer): Promise<SseServer> {
  const requests: ReceivedRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    const closed = once(response, 'close').then(() => {})
    for await (const chunk of request) chunks.push(chunk)
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
    const index = requests.push({ path: request.url ?? '', headers: request.headers, body, closed }) - 1
    await answer(response, index, request)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' }

/** The whole stream, in pieces of the given length. */
export function sends(text: string, options: { readonly pieceBytes?: number } = {}): Answer {
  return async (response) => {
    const bytes = Buffer.from(text)
    const length = options.pieceBytes ?? bytes.length
    response.writeHead(200, STREAM_HEADERS)
    for (let from = 0; from < bytes.length; from += length) {
      await new Promise((resolve) => response.write(bytes.subarray(from, from + length), resolve))
    }
    response.end()
  }
}

/** The beginning of a stream; then the socket breaks, or the body ends as if it were whole. */
export function cutsAt(bytes: Uint8Array, length: number, how: 'break' | 'end'): Answer {
  return (response) => {
    response.writeHead(200, STREAM_HEADERS)
    response.flushHeaders()
    if (how === 'end') response.end(bytes.subarray(0, length))
    else if (length === 0) response.destroy()
    else response.write(bytes.subarray(0, length), () => response.destroy())
  }
}

/** The beginning of a stream, then nothing. */
export function stallsAfter(text: string): Answer {
  return (response) => {
    response.writeHead(200, STREAM_HEADERS)
    response.write(text)
  }
}

/** A refusal. */
export function refuses(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-request-id': 'req_refused',
      ...headers,
    })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** One answer after the other; the last one for all that follow. */
export function inTurn(...answers: readonly Answer[]): Answer {
  return (response, index, request) =>
    answers[Math.min(index, answers.length - 1)]?.(response, index, request)
}

export interface ResponsesEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/** Server-sent events as the Responses API frames them. */
export function responsesStream(...events: readonly ResponsesEvent[]): string {
  return events
    .map(
      (event, index) =>
        `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: index })}\n\n`,
    )
    .join('')
}

/** Server-sent events as the Messages API frames them. */
export function messagesStream(...events: readonly ResponsesEvent[]): string {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

/** Server-sent events as the Chat API frames them; a string is sent as it stands. */
export function chatStream(...chunks: readonly (object | string)[]): string {
  return chunks
    .map((chunk) => (typeof chunk === 'string' ? chunk : `data: ${JSON.stringify(chunk)}\n\n`))
    .join('')
}
