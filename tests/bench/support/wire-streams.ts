/** The least that a response of each wire API says. */

export type Answer = { readonly type: 'call' } | { readonly type: 'text'; readonly pieces: number }

type Data = Readonly<Record<string, unknown>>

const PIECE = 'word '
const argumentsOf = (number: number) => JSON.stringify({ a: number, b: 1 })
const named = (data: Data) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const unnamed = (data: Data) => `data: ${JSON.stringify(data)}\n\n`
const repeated = (count: number, text: string) => Array.from({ length: count }, () => text)

function responses(number: number, answer: Answer): string[] {
  const response = { id: `resp_${number}`, output: [] }
  const usage = { input_tokens: 1000, output_tokens: 20, total_tokens: 1020 }
  const framed = (item: Data, deltas: readonly string[]) => [
    named({ type: 'response.created', response }),
    named({ type: 'response.output_item.added', output_index: 0, item }),
    ...deltas,
    named({ type: 'response.output_item.done', output_index: 0, item }),
    named({ type: 'response.completed', response: { ...response, usage } }),
  ]
  if (answer.type === 'call') {
    const id = `fc_${number}`
    const delta = { type: 'response.function_call_arguments.delta', item_id: id, output_index: 0 }
    return framed(
      { id, type: 'function_call', call_id: `call_${number}`, name: 'add', arguments: argumentsOf(number) },
      [named({ ...delta, delta: argumentsOf(number) })],
    )
  }
  const id = `msg_${number}`
  const delta = { type: 'response.output_text.delta', item_id: id, output_index: 0, delta: PIECE }
  const content = [{ type: 'output_text', text: PIECE.repeat(answer.pieces) }]
  return framed({ id, type: 'message', role: 'assistant', content }, repeated(answer.pieces, named(delta)))
}

function chat(number: number, answer: Answer): string[] {
  const chunk = (delta: Data, finish_reason: string | null = null) =>
    unnamed({ id: `chat_${number}`, choices: [{ index: 0, delta, finish_reason }] })
  const call = (part: Data) => chunk({ tool_calls: [{ index: 0, ...part }] })
  const said =
    answer.type === 'text'
      ? repeated(answer.pieces, chunk({ content: PIECE }))
      : [
          call({ id: `call_${number}`, type: 'function', function: { name: 'add', arguments: '' } }),
          call({ function: { arguments: argumentsOf(number) } }),
        ]
  const usage = { prompt_tokens: 1000, completion_tokens: 20, total_tokens: 1020 }
  return [
    chunk({ role: 'assistant', content: '' }),
    ...said,
    chunk({}, answer.type === 'text' ? 'stop' : 'tool_calls'),
    unnamed({ id: `chat_${number}`, choices: [], usage }),
    'data: [DONE]\n\n',
  ]
}

function messages(number: number, answer: Answer): string[] {
  const place = { index: 0 }
  const delta = (inner: Data) => named({ type: 'content_block_delta', ...place, delta: inner })
  const isText = answer.type === 'text'
  const block = isText
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: `toolu_${number}`, name: 'add', input: {} }
  const usage = { input_tokens: 1000, output_tokens: 1 }
  return [
    named({ type: 'message_start', message: { id: `msg_${number}`, usage } }),
    named({ type: 'content_block_start', ...place, content_block: block }),
    ...(isText
      ? repeated(answer.pieces, delta({ type: 'text_delta', text: PIECE }))
      : [delta({ type: 'input_json_delta', partial_json: argumentsOf(number) })]),
    named({ type: 'content_block_stop', ...place }),
    named({
      type: 'message_delta',
      delta: { stop_reason: isText ? 'end_turn' : 'tool_use' },
      usage: { output_tokens: 20 },
    }),
    named({ type: 'message_stop' }),
  ]
}

/** @returns Events as they are framed; `number` counts the responses of a run from 0. */
export const streams: Readonly<Record<string, (number: number, answer: Answer) => string[]>> = {
  responses,
  chat,
  messages,
}
