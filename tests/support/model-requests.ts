/** Requests to a provider, made by hand. */

import { once } from 'node:events'
import { request } from 'node:http'
import type { ScriptedProvider } from '../../src/testing/index.ts'

type Fields = Readonly<Record<string, unknown>>

export const PATHS = { responses: '/responses', chat: '/chat/completions', messages: '/messages' } as const
export type SpokenWireApi = keyof typeof PATHS

const messages = [{ role: 'user', content: 'Hello' }]
const QUESTIONS: Readonly<Record<SpokenWireApi, Fields>> = {
  responses: {
    input: [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }],
  },
  chat: { messages },
  messages: { max_tokens: 1024, messages },
}

/** A right request that asks one question, with other fields over it. */
export function requestBody(wireApi: SpokenWireApi, fields: Fields = {}): Fields {
  return { model: 'any', stream: true, ...QUESTIONS[wireApi], ...fields }
}

export interface PostOptions {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** @param body Sent as JSON, a string as it is. */
export function post(
  provider: ScriptedProvider,
  body: Fields | string,
  { path = PATHS.responses, headers, signal }: PostOptions = {},
): Promise<Response> {
  return fetch(provider.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2026-10-21', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** The whole body of a response; with what it ended, if it was not its end. */
export async function readAll(response: Response): Promise<{ bytes: Buffer; text: string; error: unknown }> {
  const chunks: Uint8Array[] = []
  let error: unknown
  try {
    for await (const chunk of response.body ?? []) chunks.push(chunk)
  } catch (thrown) {
    error = thrown
  }
  const bytes = Buffer.concat(chunks)
  return { bytes, text: bytes.toString('utf8'), error }
}

/** The HTTP chunks of a response's body: `fetch` may join several. */
export async function chunksOf(provider: ScriptedProvider, body: Fields): Promise<Buffer[]> {
  const outgoing = request(provider.url + PATHS.responses, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    agent: false,
  })
  outgoing.end(JSON.stringify(body))

  const chunks: Buffer[] = []
  const [incoming] = await once(outgoing, 'response')
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(incoming, 'end')
  return chunks
}

/** The data of each event of a stream, parsed; comments and `[DONE]` left out. */
export function eventsIn(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)))
}
