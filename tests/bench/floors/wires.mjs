/** The floor on each wire API, behind the contract of `adapters/peers-adapter.mjs`: fetch, and a history of wire items. */

// JavaScript, so that Node's type stripper is in nobody's figures.

const INSTRUCTIONS = 'x'.repeat(2_000)
const PARAMETERS = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number' } },
  required: ['a', 'b'],
  additionalProperties: false,
}

const responses = {
  path: '/v1/responses',
  body: (history) => ({
    instructions: INSTRUCTIONS,
    input: history,
    tools: [{ type: 'function', name: 'add', parameters: PARAMETERS }],
  }),
  prompt: (text) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }),
  read(event, heard) {
    if (event.type === 'response.output_text.delta') heard.say(event.delta)
    if (event.type !== 'response.output_item.done') return
    heard.items.push(event.item)
    if (event.item.type === 'function_call') {
      heard.calls.push({ id: event.item.call_id, text: event.item.arguments })
    }
  },
  items: ({ items }) => items,
  outputs: (outputs) =>
    outputs.map(({ id, text }) => ({ type: 'function_call_output', call_id: id, output: text })),
}

const chat = {
  path: '/v1/chat/completions',
  body: (history) => ({
    messages: [{ role: 'system', content: INSTRUCTIONS }, ...history],
    tools: [{ type: 'function', function: { name: 'add', parameters: PARAMETERS } }],
  }),
  prompt: (text) => ({ role: 'user', content: text }),
  read(event, heard) {
    const delta = event.choices[0]?.delta
    if (delta?.content) heard.say(delta.content)
    const part = delta?.tool_calls?.[0]
    if (part?.id) heard.calls.push({ id: part.id, text: '' })
    if (part) heard.calls.at(-1).text += part.function.arguments
  },
  items: ({ text, calls }) => [
    {
      role: 'assistant',
      content: text,
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, text: args }) => ({
          id,
          type: 'function',
          function: { name: 'add', arguments: args },
        })),
      }),
    },
  ],
  outputs: (outputs) => outputs.map(({ id, text }) => ({ role: 'tool', tool_call_id: id, content: text })),
}

const messages = {
  path: '/v1/messages',
  body: (history) => ({
    max_tokens: 1000,
    system: INSTRUCTIONS,
    messages: history,
    tools: [{ name: 'add', input_schema: PARAMETERS }],
  }),
  prompt: (text) => ({ role: 'user', content: text }),
  read(event, heard) {
    if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
      heard.calls.push({ id: event.content_block.id, text: '' })
    }
    if (event.type !== 'content_block_delta') return
    if (event.delta.text) heard.say(event.delta.text)
    else heard.calls.at(-1).text += event.delta.partial_json
  },
  items: ({ text, calls }) => [
    {
      role: 'assistant',
      content:
        calls.length > 0
          ? calls.map(({ id, text: args }) => ({
              type: 'tool_use',
              id,
              name: 'add',
              input: JSON.parse(args),
            }))
          : [{ type: 'text', text }],
    },
  ],
  outputs: (outputs) => [
    {
      role: 'user',
      content: outputs.map(({ id, text }) => ({ type: 'tool_result', tool_use_id: id, content: text })),
    },
  ],
}

const WIRES = { responses, chat, messages }

export const load = async () => ({})

export function create(_, { wire, base, model, exec }) {
  const { path, body, prompt, read, items, outputs } = WIRES[wire]
  const history = []
  return {
    async send(question, { onDelta } = {}) {
      history.push(prompt(question))
      for (;;) {
        const response = await fetch(base + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
          body: JSON.stringify({ model, stream: true, ...body(history) }),
        })
        const heard = {
          text: '',
          items: [],
          calls: [],
          say(delta) {
            heard.text += delta
            onDelta?.(delta)
          },
        }
        for await (const event of eventsOf(response)) read(event, heard)
        history.push(...items(heard))
        if (heard.calls.length === 0) return { text: heard.text }
        const answers = heard.calls.map(({ id, text }) => ({ id, text: exec(JSON.parse(text)) }))
        history.push(...outputs(answers))
      }
    },
  }
}

async function* eventsOf(response) {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true })
    const messages = rest.split('\n\n')
    rest = messages.pop() ?? ''
    for (const message of messages) {
      const data = message.slice(message.indexOf('data: ') + 6)
      if (data !== '[DONE]') yield JSON.parse(data)
    }
  }
}
