/** A provider process: answers many turns with constant work, so that what differs between clients is the clients. */

import { createServer, type ServerResponse } from 'node:http'
import type { Play, ProviderMessage, ToProvider } from './provider-messages.ts'

interface Turn {
  readonly play: Play
  count: number
  /** When each request's headers arrived, and when its answer was written; milliseconds. */
  readonly asked: number[]
  readonly answered: number[]
}

const turns = new Map<string, Turn>()

const server = createServer((request, response) => {
  const turn = turns.get(request.url?.split('/')[1] ?? '')
  turn?.asked.push(performance.now())
  request.resume()
  request.once('end', () => {
    if (turn === undefined) return void response.writeHead(404).end()
    void answer(response, turn)
  })
})
server.keepAliveTimeout = 0

async function answer(response: ServerResponse, turn: Turn): Promise<void> {
  const { calls, deltas } = turn.play
  const number = turn.count++
  const events = number < calls ? callEvents(number) : messageEvents(number, deltas)
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  // A chunk for some events, as a busy line delivers them.
  for (let start = 0; start < events.length; start += 16) {
    const isTaken = response.write(events.slice(start, start + 16).join(''))
    if (!isTaken) await new Promise((resolve) => response.once('drain', resolve))
  }
  turn.answered.push(performance.now())
  response.end()
}

interface Fields {
  readonly type: string
  readonly [field: string]: unknown
}

const event = (data: Fields) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`

function framed(number: number, item: object, deltas: readonly Fields[]): string[] {
  const response = { id: `resp_${number}`, object: 'response', output: [] }
  const usage = {
    input_tokens: 1000,
    input_tokens_details: { cached_tokens: 900 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 1020,
  }
  const place = { output_index: 0 }
  return [
    event({ type: 'response.created', response }),
    event({ type: 'response.output_item.added', ...place, item: { ...item, status: 'in_progress' } }),
    ...deltas.map(event),
    event({ type: 'response.output_item.done', ...place, item: { ...item, status: 'completed' } }),
    event({ type: 'response.completed', response: { ...response, status: 'completed', usage } }),
  ]
}

function callEvents(number: number): string[] {
  const id = `fc_${number}`
  const args = JSON.stringify({ plan: [{ step: `step ${number}`, status: 'in_progress' }] })
  const item = {
    id,
    type: 'function_call',
    call_id: `call_${number}`,
    name: 'update_plan',
    arguments: args,
  }
  const delta = { type: 'response.function_call_arguments.delta', item_id: id, output_index: 0, delta: args }
  return framed(number, item, [delta])
}

function messageEvents(number: number, count: number): string[] {
  const id = `msg_${number}`
  const delta = { type: 'response.output_text.delta', item_id: id, output_index: 0, content_index: 0 }
  const pieces = Array.from({ length: count }, () => ({ ...delta, delta: 'word ' }))
  const text = count === 0 ? 'done' : 'word '.repeat(count)
  const content = [{ type: 'output_text', text, annotations: [] }]
  return framed(number, { id, type: 'message', role: 'assistant', content }, pieces)
}

process.on('message', (message: ToProvider) => {
  if (message.type === 'play') {
    turns.set(message.name, { play: message.play, count: 0, asked: [], answered: [] })
    tell({ type: 'playing', name: message.name })
    return
  }
  const { asked = [], answered = [] } = turns.get(message.name) ?? {}
  turns.delete(message.name)
  tell({ type: 'heard', name: message.name, asked, answered })
})
process.on('disconnect', () => process.exit())

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  tell({ type: 'listening', port: typeof address === 'object' && address !== null ? address.port : 0 })
})

function tell(message: ProviderMessage): void {
  process.send?.(message)
}
