/** What is sent is what the wire API asks for, and nothing of ours. */

import { expect, test } from 'vitest'
import type { ModelRequest } from '../../src/model/index.ts'
import { isCall, isCallOutput, type ResponseItem } from '../../src/protocol/response-item.ts'
import { clientFor, eventsOf, requestWith, user } from '../support/model-client.ts'
import { recordedChat, recordedResponses } from '../support/recorded-streams.ts'
import { type ReceivedRequest, sends, startSseServer } from '../support/sse-server.ts'

type Wire = 'responses' | 'chat'

async function sent(wireApi: Wire, request: ModelRequest, provider = 'local'): Promise<ReceivedRequest> {
  await using server = await startSseServer(sends(wireApi === 'chat' ? recordedChat : recordedResponses))
  await eventsOf(await clientFor(server.url, wireApi, { name: provider }), request)
  const [received] = server.requests
  if (received === undefined) throw new Error('Nothing was sent.')
  return received
}

const mine = { provider: 'local', model: 'any' }
const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'original' } as const

/** One of everything that a history may hold. */
const conversation: ResponseItem[] = [
  {
    type: 'message',
    role: 'developer',
    content: [{ type: 'input_text', text: 'Rules.' }],
    id: 'msg_0',
    turnId: 't1',
  },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Look:' }, image], turnId: 't1' },
  {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Hm.' }],
    encrypted_content: 'gAAAAB',
    providerData: { ...mine, data: { wireApi: 'responses' } },
  },
  {
    type: 'reasoning',
    id: 'rs_2',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'Two files.' }],
    providerData: { ...mine, data: { wireApi: 'chat', field: 'reasoning' } },
  },
  {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'I look.' }],
    phase: 'commentary',
    agentId: 'main',
  },
  {
    type: 'function_call',
    id: 'fc_1',
    call_id: 'call_1',
    name: 'view',
    namespace: 'mcp',
    arguments: '{"p":1}',
  },
  { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_2', name: 'exec', input: 'text("a")' },
  {
    type: 'function_call_output',
    call_id: 'call_1',
    output: [{ type: 'input_text', text: 'A picture.' }, image],
    success: true,
    turnId: 't1',
  },
  { type: 'custom_tool_call_output', call_id: 'call_2', output: 'a', success: false },
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
  {
    type: 'other',
    id: 'x_1',
    raw: { type: 'new_thing', id: 'x_1', deep: { a: 1 } },
    providerData: { ...mine, data: { wireApi: 'responses' } },
  },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Done.' }] },
  user('And now?'),
]

const full: ModelRequest = requestWith({
  input: conversation,
  tools: [
    {
      type: 'custom',
      name: 'exec',
      description: 'Run a script.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
    },
    {
      type: 'function',
      name: 'view',
      description: 'View.',
      parameters: { type: 'object', properties: {} },
      strict: true,
    },
  ],
  parallelToolCalls: false,
  reasoning: { effort: 'low', summary: 'auto' },
  outputSchema: { type: 'object', properties: {}, additionalProperties: false },
  temperature: 0.5,
  maxOutputTokens: 100,
  promptCacheKey: 'thread-1',
})

test('the Responses API is sent what Codex sends', async () => {
  const { path, headers, body } = await sent('responses', full)

  expect(path).toBe('/v1/responses')
  expect(headers).toMatchObject({
    authorization: 'Bearer secret-key-of-the-test',
    accept: 'text/event-stream',
    'content-type': 'application/json',
  })
  expect(body).toMatchInlineSnapshot(`
    {
      "include": [
        "reasoning.encrypted_content",
      ],
      "input": [
        {
          "content": [
            {
              "text": "Be brief.",
              "type": "input_text",
            },
          ],
          "role": "developer",
          "type": "message",
        },
        {
          "content": [
            {
              "text": "Rules.",
              "type": "input_text",
            },
          ],
          "id": "msg_0",
          "role": "developer",
          "type": "message",
        },
        {
          "content": [
            {
              "text": "Look:",
              "type": "input_text",
            },
            {
              "detail": "original",
              "image_url": "data:image/png;base64,AAAA",
              "type": "input_image",
            },
          ],
          "role": "user",
          "type": "message",
        },
        {
          "encrypted_content": "gAAAAB",
          "id": "rs_1",
          "summary": [
            {
              "text": "Hm.",
              "type": "summary_text",
            },
          ],
          "type": "reasoning",
        },
        {
          "content": [
            {
              "text": "I look.",
              "type": "output_text",
            },
          ],
          "id": "msg_1",
          "phase": "commentary",
          "role": "assistant",
          "type": "message",
        },
        {
          "arguments": "{"p":1}",
          "call_id": "call_1",
          "id": "fc_1",
          "name": "view",
          "namespace": "mcp",
          "type": "function_call",
        },
        {
          "call_id": "call_2",
          "id": "ctc_1",
          "input": "text("a")",
          "name": "exec",
          "type": "custom_tool_call",
        },
        {
          "call_id": "call_1",
          "output": [
            {
              "text": "A picture.",
              "type": "input_text",
            },
            {
              "detail": "original",
              "image_url": "data:image/png;base64,AAAA",
              "type": "input_image",
            },
          ],
          "type": "function_call_output",
        },
        {
          "call_id": "call_2",
          "output": "a",
          "type": "custom_tool_call_output",
        },
        {
          "action": {
            "query": "q",
            "type": "search",
          },
          "id": "ws_1",
          "status": "completed",
          "type": "web_search_call",
        },
        {
          "deep": {
            "a": 1,
          },
          "id": "x_1",
          "type": "new_thing",
        },
        {
          "content": [
            {
              "text": "Done.",
              "type": "output_text",
            },
          ],
          "role": "assistant",
          "type": "message",
        },
        {
          "content": [
            {
              "text": "And now?",
              "type": "input_text",
            },
          ],
          "role": "user",
          "type": "message",
        },
      ],
      "max_output_tokens": 100,
      "model": "any",
      "parallel_tool_calls": false,
      "prompt_cache_key": "thread-1",
      "reasoning": {
        "effort": "low",
        "summary": "auto",
      },
      "store": false,
      "stream": true,
      "temperature": 0.5,
      "text": {
        "format": {
          "name": "codex_output_schema",
          "schema": {
            "additionalProperties": false,
            "properties": {},
            "type": "object",
          },
          "strict": true,
          "type": "json_schema",
        },
      },
      "tool_choice": "auto",
      "tools": [
        {
          "description": "Run a script.",
          "format": {
            "definition": "start: /.+/",
            "syntax": "lark",
            "type": "grammar",
          },
          "name": "exec",
          "type": "custom",
        },
        {
          "description": "View.",
          "name": "view",
          "parameters": {
            "properties": {},
            "type": "object",
          },
          "strict": true,
          "type": "function",
        },
      ],
    }
  `)
})

test('the Chat API is sent the same conversation in its own words', async () => {
  const { path, body } = await sent('chat', full, 'local')

  expect(path).toBe('/v1/chat/completions')
  expect(body).toMatchInlineSnapshot(`
    {
      "max_tokens": 100,
      "messages": [
        {
          "content": "Be brief.",
          "role": "system",
        },
        {
          "content": "Rules.",
          "role": "system",
        },
        {
          "content": [
            {
              "text": "Look:",
              "type": "text",
            },
            {
              "image_url": {
                "detail": "high",
                "url": "data:image/png;base64,AAAA",
              },
              "type": "image_url",
            },
          ],
          "role": "user",
        },
        {
          "content": "I look.",
          "reasoning": "Two files.",
          "role": "assistant",
          "tool_calls": [
            {
              "function": {
                "arguments": "{"p":1}",
                "name": "view",
              },
              "id": "call_1",
              "type": "function",
            },
            {
              "function": {
                "arguments": "{"input":"text(\\"a\\")"}",
                "name": "exec",
              },
              "id": "call_2",
              "type": "function",
            },
          ],
        },
        {
          "content": "A picture.
    [An image follows in the next user message.]",
          "role": "tool",
          "tool_call_id": "call_1",
        },
        {
          "content": "a",
          "role": "tool",
          "tool_call_id": "call_2",
        },
        {
          "content": [
            {
              "text": "[Output of the tool call call_1:]",
              "type": "text",
            },
            {
              "image_url": {
                "detail": "high",
                "url": "data:image/png;base64,AAAA",
              },
              "type": "image_url",
            },
          ],
          "role": "user",
        },
        {
          "content": "Done.",
          "role": "assistant",
        },
        {
          "content": "And now?",
          "role": "user",
        },
      ],
      "model": "any",
      "parallel_tool_calls": false,
      "reasoning_effort": "low",
      "response_format": {
        "json_schema": {
          "name": "codex_output_schema",
          "schema": {
            "additionalProperties": false,
            "properties": {},
            "type": "object",
          },
          "strict": true,
        },
        "type": "json_schema",
      },
      "stream": true,
      "stream_options": {
        "include_usage": true,
      },
      "temperature": 0.5,
      "tools": [
        {
          "function": {
            "description": "Run a script.

    The input follows this lark grammar:
    start: /.+/",
            "name": "exec",
            "parameters": {
              "additionalProperties": false,
              "properties": {
                "input": {
                  "description": "The text of the call, as it stands",
                  "type": "string",
                },
              },
              "required": [
                "input",
              ],
              "type": "object",
            },
          },
          "type": "function",
        },
        {
          "function": {
            "description": "View.",
            "name": "view",
            "parameters": {
              "properties": {},
              "type": "object",
            },
            "strict": true,
          },
          "type": "function",
        },
      ],
    }
  `)
})

test('OpenAI and OpenRouter have their own words for the same wishes', async () => {
  const openrouter = (await sent('chat', full, 'openrouter')).body
  const openai = (await sent('chat', full, 'openai')).body

  expect(openrouter).toMatchObject({
    reasoning: { effort: 'low' },
    max_tokens: 100,
    prompt_cache_key: 'thread-1',
  })
  expect(openrouter).not.toHaveProperty('reasoning_effort')
  expect(openai).toMatchObject({
    reasoning_effort: 'low',
    max_completion_tokens: 100,
    prompt_cache_key: 'thread-1',
  })
})

test.each(['responses', 'chat'] as const)(
  '%s: what another provider or model made privately is not sent',
  async (wire) => {
    const request = { ...full, model: 'another' }

    const text = JSON.stringify((await sent(wire, request)).body)

    expect(text).not.toMatch(/gAAAAB|Two files|new_thing/)
    expect(text).toContain('I look.')
  },
)

test('without tools, the Chat API is sent no word about tools', async () => {
  const { body } = await sent('chat', requestWith({ parallelToolCalls: false }))

  expect(Object.keys(body)).toEqual(['model', 'messages', 'stream', 'stream_options'])
})

test('pain 5: reasoning details go back as they came, on the message they led to', async () => {
  const details = [{ type: 'reasoning.encrypted', data: 'xyz', index: 0 }]
  const request = requestWith({
    input: [
      user('hi'),
      {
        type: 'reasoning',
        summary: [],
        providerData: { ...mine, data: { wireApi: 'chat', field: 'reasoning', details } },
      },
      { type: 'function_call', call_id: 'c', name: 'view', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'ok' },
    ],
  })

  const { body } = await sent('chat', request)

  expect(body.messages).toMatchObject([
    { role: 'system' },
    { role: 'user' },
    { role: 'assistant', content: null, reasoning_details: details, tool_calls: [{ id: 'c' }] },
    { role: 'tool' },
  ])
})

test('a server without keys is sent none', async () => {
  await using server = await startSseServer(sends(recordedChat))

  await eventsOf(await clientFor(server.url, 'chat', { apiKey: undefined }))

  expect(server.requests[0]?.headers).not.toHaveProperty('authorization')
})

test('headers and query of the host are sent; those of the environment and of the SDK are not', async () => {
  const variables = {
    OPENAI_API_KEY: 'sk-env',
    OPENAI_BASE_URL: 'http://127.0.0.1:1',
    OPENAI_ORG_ID: 'org-env',
    OPENAI_PROJECT_ID: 'proj-env',
    OPENAI_ADMIN_KEY: 'admin-env',
    OPENAI_CUSTOM_HEADERS: 'x-from-env: env',
  }
  Object.assign(process.env, variables)
  try {
    await using server = await startSseServer(sends(recordedResponses))
    const client = await clientFor(server.url, 'responses', {
      headers: { 'X-Title': 'ours', 'User-Agent': 'host/1' },
      query: { 'api-version': '7' },
    })

    await eventsOf(client)

    const [received] = server.requests
    expect(received?.path).toBe('/v1/responses?api-version=7')
    expect(received?.headers).toMatchObject({ 'x-title': 'ours', 'user-agent': 'host/1' })
    expect(JSON.stringify(received?.headers)).not.toMatch(/env|stainless/i)
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
  }
})

test.each(['responses', 'chat'] as const)(
  'pain 21: %s: a conversation that grows begins with the bytes it had',
  async (wire) => {
    await using server = await startSseServer(sends(wire === 'chat' ? recordedChat : recordedResponses))
    const client = await clientFor(server.url, wire)
    const tools = full.tools
    const input: ResponseItem[] = [user('Go on until you are done.')]

    for (let step = 0; step < 12; step++) {
      for await (const event of client.stream(requestWith({ input: [...input], tools }), {
        signal: new AbortController().signal,
      })) {
        if (event.type === 'item.done') input.push({ ...event.item, turnId: `t${step}` })
      }
      const answered = new Set(input.filter(isCallOutput).map((item) => item.call_id))
      for (const call of input.filter(isCall).filter((item) => !answered.has(item.call_id))) {
        const parts = [{ type: 'input_text' as const, text: `step ${step}` }, image]
        const output = step % 2 === 0 ? 'ok' : parts
        input.push({ type: `${call.type}_output`, call_id: call.call_id, output })
      }
      if (step % 4 === 3) input.push(user('More.'))
    }

    const field = wire === 'chat' ? 'messages' : 'input'
    const texts = server.requests.map(({ body }) => JSON.stringify(body[field]).slice(0, -1))
    expect(texts).toHaveLength(12)
    for (const [index, text] of texts.entries()) {
      if (index > 0) expect(text.startsWith(texts[index - 1] ?? '?')).toBe(true)
    }
  },
)

const asked = (call_id: string): ResponseItem => ({
  type: 'function_call',
  call_id,
  name: 'view',
  arguments: '{}',
})
const answered = (call_id: string): ResponseItem => ({ type: 'function_call_output', call_id, output: 'ok' })

test('on Chat, nothing of another wire API comes between a call and its output', async () => {
  const between: ResponseItem[] = [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'And the other.' }] },
  ]
  const input = [user('hi'), asked('1'), ...between, asked('2'), answered('1'), answered('2')]

  const { body } = await sent('chat', requestWith({ input }))

  expect((body.messages as unknown[]).slice(2)).toEqual([
    {
      role: 'assistant',
      content: 'And the other.',
      tool_calls: ['1', '2'].map((id) => ({
        id,
        type: 'function',
        function: { name: 'view', arguments: '{}' },
      })),
    },
    { role: 'tool', tool_call_id: '1', content: 'ok' },
    { role: 'tool', tool_call_id: '2', content: 'ok' },
  ])
})

test('on Responses, an id that another server made too long is shortened, of call and output alike', async () => {
  const [one, other] = ['a', 'b'].map((end) => 'thought'.repeat(40) + end)
  const input = [one, other].flatMap((id = '') => [asked(id), answered(id)])

  const { body } = await sent('responses', requestWith({ input }))

  const ids = (body.input as { call_id: string }[]).slice(1).map(({ call_id }) => call_id)
  expect(ids[0]).toHaveLength(64)
  expect(ids).toEqual([ids[0], ids[0], ids[2], ids[2]])
  expect(ids[0]).not.toBe(ids[2])
})

test('an item is sent the same whatever the order of its fields', async () => {
  const reversed = conversation.map(
    (item) => Object.fromEntries(Object.entries(item).reverse()) as ResponseItem,
  )

  const one = (await sent('responses', full)).body
  const other = (await sent('responses', { ...full, input: reversed })).body

  expect(JSON.stringify(other)).toBe(JSON.stringify(one))
})
