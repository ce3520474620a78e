/** A request as it comes in from the socket. */

import type { IncomingMessage } from 'node:http'
import { isRecord, type JsonRecord } from './json.ts'
import type { RequestFacts } from './requests.ts'
import type { Wire } from './wire.ts'

/** Reads the whole request. @throws The client went away before it had sent it all. */
export async function receive(incoming: IncomingMessage, wire: Wire): Promise<Omit<RequestFacts, 'index'>> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString('utf8')
  const parsed = parseObject(text)
  const body = parsed ?? {}
  return {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    headers: headersOf(incoming),
    text,
    body,
    isJson: parsed !== undefined,
    items: wire.read(body),
    toolNames: wire.toolNames(body),
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}

function parseObject(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
