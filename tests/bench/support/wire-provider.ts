/** A provider process that speaks all three wire APIs, with constant work: what differs between clients is the clients. */

import { createServer, type ServerResponse } from 'node:http'
import { type Answer, streams } from './wire-streams.ts'

/** Responses of a run that were given so far; a run is named in the model, as `calls-50--run-1`. */
const counts = new Map<string, number>()
/** Events that are written at once. */
const BATCH = 16

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.once('end', () => {
    const wire = /\/(responses|chat|messages)(?:\/completions)?$/.exec(request.url ?? '')?.[1] ?? ''
    const stream = streams[wire]
    const [, kind = '', count = '0', run = ''] =
      /"model":"(calls|text)-(\d+)--([\w-]+)"/.exec(Buffer.concat(chunks).toString('latin1')) ?? []
    if (stream === undefined || kind === '') return void response.writeHead(404).end()
    const number = counts.get(run) ?? 0
    counts.set(run, number + 1)
    void write(response, stream(number, answerTo(kind, Number(count), number)))
  })
})
server.keepAliveTimeout = 0

function answerTo(kind: string, count: number, number: number): Answer {
  if (kind === 'text') return { type: 'text', pieces: count }
  return number < count ? { type: 'call' } : { type: 'text', pieces: 1 }
}

async function write(response: ServerResponse, events: readonly string[]): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (let start = 0; start < events.length; start += BATCH) {
    const isTaken = response.write(events.slice(start, start + BATCH).join(''))
    if (!isTaken) await new Promise((resolve) => response.once('drain', resolve))
  }
  response.end()
}

process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
