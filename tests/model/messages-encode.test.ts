/** What the Messages API is sent: everything that it takes, nothing that it refuses. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalize } from '../../src/history/index.ts'
import type { ModelRequest, ProviderConfig } from '../../src/model/index.ts'
import { isCall, type ResponseItem } from '../../src/protocol/response-item.ts'
import type { ToolSpec } from '../../src/protocol/tool-spec.ts'
import { calls, custom, says, startProvider, thinks } from '../../src/testing/index.ts'
import { clientFor, eventsOf, requestWith, user } from '../support/model-client.ts'
import { recordedMessages } from '../support/recorded-streams.ts'
import { type ReceivedRequest, sends, startSseServer } from '../support/sse-server.ts'

interface Block {
  readonly type: string
  readonly [field: string]: unknown
}
interface Message {
  readonly role: string
  readonly content: readonly Block[]
}

const FIRST_VERSION = { headers: { 'anthropic-version': '2023-06-01' } }
const mine = { provider: 'local', model: 'any' }
const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'original' } as const

async function sent(request: ModelRequest, config: Partial<ProviderConfig> = {}): Promise<ReceivedRequest> {
  await using server = await startSseServer(sends(recordedMessages))
  await eventsOf(await clientFor(server.url, 'messages', config), request)
  const [received] = server.requests
  if (received === undefined) throw new Error('Nothing was sent.')
  return received
}

/** The messages, without breakpoints. */
async function sentMessages(
  input: readonly ResponseItem[],
  more: Partial<ModelRequest> = {},
): Promise<Message[]> {
  const { body } = await sent(requestWith({ input, ...more }))
  return JSON.parse(JSON.stringify(body.messages, withoutBreakpoints))
}

function withoutBreakpoints(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value
}

function assistant(text: string): ResponseItem {
  return { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
}

function developer(text: string): ResponseItem {
  return { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] }
}

function thought(thinking: string, signature = 'sig', maker = mine): ResponseItem {
  const block = { type: 'thinking', thinking, signature }
  return {
    type: 'reasoning',
    summary: [{ type: 'summary_text', text: thinking }],
    providerData: { ...maker, data: { wireApi: 'messages', block } },
  }
}

function call(call_id: string, name = 'view', args = '{}'): ResponseItem {
  return { type: 'function_call', call_id, name, arguments: args }
}

function output(call_id: string, text = 'ok'): ResponseItem {
  return { type: 'function_call_output', call_id, output: text }
}

const view: ToolSpec = {
  type: 'function',
  name: 'view',
  description: 'View.',
  parameters: { type: 'object', properties: {}, additionalProperties: false },
  strict: true,
}
const exec: ToolSpec = {
  type: 'custom',
  name: 'exec',
  description: 'Run a script.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
}

/** One of everything that a history may hold. */
const conversation: ResponseItem[] = [
  developer('Rules.'),
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Look:' }, image] },
  {
    type: 'reasoning',
    id: 'rs_1',
    summary: [],
    encrypted_content: 'gAAAAB',
    providerData: { ...mine, data: { wireApi: 'responses' } },
  },
  thought('Two files.'),
  assistant('I look.'),
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
  },
  { type: 'custom_tool_call_output', call_id: 'call_2', output: 'a', success: false },
  developer('Mind the gap.'),
  { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'q' } },
  assistant('Done.'),
  user('And now?'),
]

test('a whole conversation in the words of the Messages API', async () => {
  const { path, headers, body } = await sent(
    requestWith({
      input: conversation,
      tools: [exec, view],
      parallelToolCalls: false,
      reasoning: { effort: 'low', summary: 'auto' },
      outputSchema: { type: 'object', properties: { a: { type: 'string', maxLength: 3 } } },
      maxOutputTokens: 4000,
      promptCacheKey: 'thread-1',
    }),
  )

  expect(path).toBe('/v1/messages')
  expect(headers).toMatchObject({
    'x-api-key': 'secret-key-of-the-test',
    'anthropic-version': '2026-10-21',
    accept: 'text/event-stream',
    'content-type': 'application/json',
    'user-agent': 'codex-ts',
  })
  expect(headers).not.toHaveProperty('authorization')
  const breakpoint = { cache_control: { type: 'ephemeral' } }
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
  expect(body).toEqual({
    model: 'any',
    max_tokens: 4000,
    stream: true,
    thinking: { type: 'adaptive', display: 'summarized' },
    output_config: {
      effort: 'low',
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { a: { type: 'string', description: '(maxLength: 3)' } },
          additionalProperties: false,
        },
      },
    },
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    tools: [
      {
        name: 'exec',
        description: 'Run a script.\n\nThe input follows this lark grammar:\nstart: /.+/',
        input_schema: {
          type: 'object',
          properties: { input: { type: 'string', description: 'The text of the call, as it stands' } },
          required: ['input'],
          additionalProperties: false,
        },
        eager_input_streaming: true,
      },
      {
        name: 'view',
        description: 'View.',
        input_schema: { type: 'object', properties: {}, additionalProperties: false },
        strict: true,
        ...breakpoint,
      },
    ],
    system: [
      { type: 'text', text: 'Be brief.' },
      { type: 'text', text: 'Rules.', ...breakpoint },
    ],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Look:' }, picture] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Two files.', signature: 'sig' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'call_1', name: 'view', input: { p: 1 } },
          { type: 'tool_use', id: 'call_2', name: 'exec', input: { input: 'text("a")' } },
        ],
      },
      {
        role: 'user',
        content: [
          {
            type: 'tool_result',
            tool_use_id: 'call_1',
            content: [{ type: 'text', text: 'A picture.' }, picture],
          },
          {
            type: 'tool_result',
            tool_use_id: 'call_2',
            content: [{ type: 'text', text: 'a' }],
            is_error: true,
          },
          { type: 'text', text: 'Mind the gap.', ...breakpoint },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'Done.' }] },
      { role: 'user', content: [{ type: 'text', text: 'And now?', ...breakpoint }] },
    ],
  })
})

test('the first version of the API is asked in its own words', async () => {
  const request = requestWith({ tools: [{ ...view, strict: false }], reasoning: { effort: 'high' } })

  const { headers, body } = await sent(request, {
    headers: { ...FIRST_VERSION.headers, 'Anthropic-Beta': 'context-1m-2025-08-07' },
  })

  expect(headers).toMatchObject({
    'anthropic-version': '2023-06-01',
    'anthropic-beta':
      'interleaved-thinking-2025-05-14,fine-grained-tool-streaming-2025-05-14,context-1m-2025-08-07',
  })
  expect(body).toMatchObject({ max_tokens: 32_000, thinking: { type: 'enabled', budget_tokens: 16_000 } })
  expect(body).not.toHaveProperty('output_config')
  expect(body.tools).toMatchObject([expect.not.objectContaining({ eager_input_streaming: true })])
})

test.each([
  [{ effort: 'none' }, undefined, { type: 'disabled' }],
  [{ effort: 'medium' }, undefined, { type: 'enabled', budget_tokens: 8192 }],
  [{ effort: 'medium' }, 6000, { type: 'enabled', budget_tokens: 3000 }],
  // Half of the bound is less than the least budget that there is.
  [{ effort: 'medium' }, 1500, { type: 'disabled' }],
  [{ summary: 'auto' }, undefined, undefined],
] as const)(
  'a budget of thinking leaves room for the answer: %o of %s',
  async (reasoning, maxOutputTokens, thinking) => {
    const bound = maxOutputTokens === undefined ? {} : { maxOutputTokens }
    const { body } = await sent(requestWith({ reasoning, ...bound }), FIRST_VERSION)

    expect(body.thinking).toEqual(thinking)
  },
)

test('a temperature is sent where it is taken, and is an option that cannot be meant elsewhere', async () => {
  const { body } = await sent(requestWith({ temperature: 0.5 }), FIRST_VERSION)

  expect(body.temperature).toBe(0.5)
  await expect(sent(requestWith({ temperature: 0.5 }))).rejects.toMatchObject({
    code: 'bad_option',
    option: 'temperature',
    message: expect.stringContaining("providers.local.headers['anthropic-version']"),
  })
  await expect(
    sent(requestWith({ temperature: 0.5, reasoning: { effort: 'low' } }), FIRST_VERSION),
  ).rejects.toMatchObject({ code: 'bad_option' })
})

test('an address is taken with or without the version at its end', async () => {
  await using server = await startSseServer(sends(recordedMessages))
  const root = server.url.replace(/\/v1$/, '')

  for (const url of [root, `${root}/`, server.url, `${server.url}/`, `${root}/anthropic`]) {
    await eventsOf(await clientFor(url, 'messages', { query: { 'api-version': '7' } }))
  }

  expect(server.requests.map(({ path }) => path)).toEqual([
    ...Array.from({ length: 4 }, () => '/v1/messages?api-version=7'),
    '/anthropic/v1/messages?api-version=7',
  ])
})

test('headers of the host are sent; those of the environment and of the SDK are not', async () => {
  const variables = {
    ANTHROPIC_API_KEY: 'sk-env',
    ANTHROPIC_AUTH_TOKEN: 'token-env',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    ANTHROPIC_CUSTOM_HEADERS: 'x-from-env: env',
    ANTHROPIC_PROFILE: 'profile-env',
  }
  Object.assign(process.env, variables)
  try {
    const { headers } = await sent(requestWith(), {
      apiKey: undefined,
      headers: { Authorization: 'Bearer ours' },
    })

    expect(headers).toMatchObject({ authorization: 'Bearer ours' })
    expect(JSON.stringify(headers)).not.toMatch(/env|stainless|x-api-key/i)
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
  }
})

test('what another provider, model or wire API made privately is not sent', async () => {
  const input = [
    user('Go.'),
    thought('From another model.', 'sig', { provider: 'local', model: 'other' }),
    thought('From another provider.', 'sig', { provider: 'openrouter', model: 'any' }),
    {
      type: 'reasoning' as const,
      summary: [],
      content: [{ type: 'reasoning_text' as const, text: 'From another wire API.' }],
      providerData: { ...mine, data: { wireApi: 'chat', field: 'reasoning' } },
    },
    assistant('I look.'),
    user('More.'),
  ]

  expect(await sentMessages(input)).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [{ type: 'text', text: 'I look.' }] },
    { role: 'user' },
  ])
})

test('thinking that nobody signed, or that led nowhere, is left out', async () => {
  const input = [user('Go.'), thought('Cut off.', ''), assistant('Yes.'), thought('And then…'), user('More.')]

  const messages = await sentMessages(input)

  expect(messages[1]).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'Yes.' }] })
})

test('where thinking is switched off, none goes back', async () => {
  const input = [user('Go.'), thought('Hm.'), assistant('Yes.'), user('More.')]

  const messages = await sentMessages(input, { reasoning: { effort: 'none' } })

  expect(messages[1]?.content).toEqual([{ type: 'text', text: 'Yes.' }])
})

test('with a budget, a turn that another model began is carried to its end without thinking', async () => {
  const foreign = [user('Go.'), call('c1'), output('c1')]
  const own = [user('Go.'), thought('Hm.'), call('c1'), output('c1'), call('c2'), output('c2')]
  const request = (input: ResponseItem[]) =>
    requestWith({ input, tools: [view], reasoning: { effort: 'low' } })

  const bodies = [
    (await sent(request(foreign), FIRST_VERSION)).body,
    (await sent(request(own), FIRST_VERSION)).body,
    (await sent(request([...foreign, assistant('Done.'), user('More.')]), FIRST_VERSION)).body,
  ]

  expect(bodies.map(({ thinking }) => thinking)).toMatchObject([
    { type: 'disabled' },
    { type: 'enabled' },
    { type: 'enabled' },
  ])
})

test('empty text is not sent, and an output of nothing has no content', async () => {
  const messages = await sentMessages([user(''), user('Go.'), assistant(' \n'), call('c1'), output('c1', '')])

  expect(messages).toEqual([
    { role: 'user', content: [{ type: 'text', text: 'Go.' }] },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'view', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1' }] },
  ])
})

test('arguments that are no object go back as the text that they were', async () => {
  const messages = await sentMessages([
    user('Go.'),
    call('c1', 'view', '{"p": '),
    output('c1'),
    call('c2', 'view', ''),
  ])

  expect(messages[1]?.content[0]?.input).toEqual({ INVALID_JSON: '{"p": ' })
  expect(messages[3]?.content[0]?.input).toEqual({})
})

test('names and ids with other letters are made ones that are taken, the same on both ends', async () => {
  const long = `call_${'x'.repeat(80)}`
  const tools: ToolSpec[] = [{ ...view, name: 'docs.read' }]
  const input = [
    user('Go.'),
    call('a|b', 'docs.read'),
    call('a.b'),
    call(long),
    output('a|b'),
    output('a.b'),
    output(long),
  ]

  const { body } = await sent(requestWith({ input, tools }))
  const [, asks, answers] = body.messages as Message[]

  const ids = asks?.content.map(({ id }) => String(id)) ?? []
  expect(new Set(ids).size).toBe(3)
  for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]{1,64}$/)
  expect(answers?.content.map((block) => block.tool_use_id)).toEqual(ids)
  expect(body.tools).toMatchObject([{ name: asks?.content[0]?.name }])
  expect(asks?.content[0]?.name).toMatch(/^docs_read_\w{8}$/)
})

test('a tool that was sent under another name is called by its own', async () => {
  const probe = await sent(requestWith({ tools: [{ ...view, name: 'docs.read' }] }))
  const [{ name }] = probe.body.tools as [{ name: string }]
  await using renamed = await startSseServer(sends(recordedMessages.replaceAll('read_file', name)))

  const events = await eventsOf(
    await clientFor(renamed.url, 'messages'),
    requestWith({ tools: [{ ...view, name: 'docs.read' }] }),
  )

  const made = events.flatMap((event) =>
    event.type === 'item.done' && isCall(event.item) ? [event.item.name] : [],
  )
  expect(made).toContain('docs.read')
})

test('the user speaks first and last', async () => {
  expect(await sentMessages([])).toMatchObject([{ role: 'user' }])
  expect(await sentMessages([assistant('Hi.'), user('Go.')])).toMatchObject([
    { role: 'user' },
    { role: 'assistant' },
    { role: 'user' },
  ])
  expect(await sentMessages([user('Go.'), assistant('Half an ')])).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [{ text: 'Half an ' }] },
    { role: 'user' },
  ])
})

test('a turn that the provider paused goes on from its own last words', async () => {
  const search = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } }
  const paused: ResponseItem = {
    type: 'other',
    raw: search,
    providerData: { ...mine, data: { wireApi: 'messages', block: search } },
  }

  const messages = await sentMessages([user('Go.'), paused, assistant('Searching. ')])

  expect(messages.at(-1)).toEqual({
    role: 'assistant',
    content: [search, { type: 'text', text: 'Searching.' }],
  })
})

test('images that the wire API does not take are told of', async () => {
  const picture = (image_url: string) => ({ type: 'input_image' as const, image_url })
  const content = [
    picture('https://example.com/a.png'),
    picture('data:image/JPG;base64,AAAA'),
    picture('data:image/svg+xml;base64,AAAA'),
    picture('file:///etc/passwd'),
  ]

  const [message] = await sentMessages([{ type: 'message', role: 'user', content }])

  expect(message?.content).toMatchObject([
    { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    { type: 'image', source: { type: 'base64', media_type: 'image/jpeg' } },
    { type: 'text', text: expect.stringContaining('image/svg+xml') },
    { type: 'text', text: expect.not.stringContaining('passwd') },
  ])
})

test('a history with calls is sent with their tools, shut, where the request has none', async () => {
  const { body } = await sent(
    requestWith({ input: [user('Go.'), call('c1'), output('c1'), user('Sum up.')] }),
  )

  expect(body).toMatchObject({ tool_choice: { type: 'none' }, tools: [{ name: 'view' }] })
})

test('a choice at the top of a schema is opened', async () => {
  const parameters = {
    description: 'One or the other.',
    anyOf: [
      {
        type: 'object',
        properties: { id: { type: 'string' }, path: { type: 'string' } },
        required: ['id', 'path'],
      },
      {
        type: 'object',
        properties: { id: { type: 'string' }, url: { type: 'string' } },
        required: ['id', 'url'],
      },
    ],
  }

  const { body } = await sent(requestWith({ tools: [{ ...view, parameters }] }))

  expect(body.tools).toMatchObject([
    {
      input_schema: {
        type: 'object',
        properties: { id: {}, path: {}, url: {} },
        required: ['id'],
        additionalProperties: true,
      },
    },
  ])
  expect(JSON.stringify(body.tools)).not.toContain('strict')
})

test('tools are strict as far as the provider takes them so', async () => {
  const tool = (n: number, property: object): ToolSpec => ({
    ...view,
    name: `tool_${n}`,
    parameters: { type: 'object', properties: { a: property }, required: ['a'], additionalProperties: false },
  })
  const tools = [
    tool(100, { type: 'string', maxLength: 3 }),
    tool(101, { $ref: '#' }),
    tool(102, { type: 'object', properties: {} }),
    ...Array.from({ length: 30 }, (_, n) =>
      tool(200 + n, n < 18 ? { type: ['string', 'null'] } : { type: 'string' }),
    ),
  ]

  const { body } = await sent(requestWith({ tools }))

  const strict = (body.tools as { name: string; strict?: boolean }[]).filter((each) => each.strict === true)
  expect(strict).toHaveLength(20)
  expect(strict.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 16 }, (_, n) => `tool_${200 + n}`),
    ...Array.from({ length: 4 }, (_, n) => `tool_${218 + n}`),
  ])
})

test('the tail of a request keeps its place when the next one comes, and what is said only once has none', async () => {
  const at = (item: ResponseItem): ResponseItem => ({ ...item, turnId: 't1' })
  const pin = user('<original-user-prompt>\nGo.\n</original-user-prompt>')
  const steps = [[at(user('Go.'))], [at(call('c1')), at(output('c1'))], [at(call('c2')), at(output('c2'))]]

  const marked: string[][] = []
  for (let count = 1; count <= steps.length; count++) {
    const input = [...steps.slice(0, count).flat(), ...(count === 1 ? [] : [pin])]
    const { body } = await sent(requestWith({ input }))
    const blocks = (body.messages as Message[]).flatMap(({ content }) => content)
    marked.push(
      blocks.flatMap((block) =>
        block.cache_control === undefined ? [] : [String(block.tool_use_id ?? block.text)],
      ),
    )
  }

  expect(marked).toEqual([['Go.'], ['Go.', 'c1'], ['c1', 'c2']])
})

test('pain 21: fifty turns: the bytes of each request begin with those of the one before, up to its tail', async () => {
  const script = Array.from({ length: 50 }, (_, turn) => [
    thinks(`Thought ${turn}.`),
    ...(turn % 5 === 4
      ? [says(`Turn ${turn} is over.`)]
      : [says('Reading.'), calls('view', { turn }), custom('exec', `text(${turn})`)]),
  ])
  await using provider = await startProvider(script, { wireApi: 'messages' })
  const client = await clientFor(provider.url, 'messages')
  const input: ResponseItem[] = [developer('Rules.'), user('Go on until you are done.')]

  for (let turn = 0; turn < script.length; turn++) {
    const request = requestWith({ input: [...input], tools: [exec, view], reasoning: { effort: 'low' } })
    for (const event of await eventsOf(client, request)) {
      if (event.type === 'item.done') input.push(event.item)
    }
    const answered = new Set(input.flatMap((item) => ('output' in item ? [item.call_id] : [])))
    for (const item of input.filter(isCall).filter(({ call_id }) => !answered.has(call_id))) {
      input.push({ type: `${item.type}_output`, call_id: item.call_id, output: `Output ${turn}.` })
    }
    if (turn % 5 === 4) input.push(user(`Prompt ${turn}.`))
  }

  const bodies = provider.requests.map(({ text }) => text)
  const MARK = ',"cache_control":{"type":"ephemeral"}'
  for (const [index, body] of bodies.entries()) {
    const before = bodies[index - 1]
    if (before === undefined) continue
    // What moves are two marks, and the last of them stays where it is for one more request.
    const inMessages = before.indexOf('"messages"')
    const tail = before.indexOf(MARK, inMessages)
    expect(body.startsWith(before.slice(0, tail))).toBe(true)
    expect(body.replaceAll(MARK, '').startsWith(before.replaceAll(MARK, '').slice(0, -']}'.length))).toBe(
      true,
    )
    expect(body.split(MARK)).toHaveLength(5)
  }
})

test('whatever a history holds, the provider takes it', { timeout: 60_000 }, async () => {
  const text = fc.constantFrom('', ' ', 'Yes. ', 'Look: é', 'x'.repeat(50))
  const id = fc.constantFrom('c1', 'c2', 'a|b', 'ü', 'c'.repeat(70))
  const item: fc.Arbitrary<ResponseItem> = fc.oneof(
    text.map(user),
    text.map(assistant),
    text.map(developer),
    fc.tuple(text, fc.constantFrom('', 'sig')).map(([thinking, signature]) => thought(thinking, signature)),
    fc
      .tuple(id, fc.constantFrom('{}', '{"p":1}', '{"p"', '[]', ''))
      .map(([callId, args]) => call(callId, 'view', args)),
    id.map(
      (call_id): ResponseItem => ({ type: 'custom_tool_call', call_id, name: 'exec', input: 'text(1)' }),
    ),
    fc.tuple(id, text).map(([callId, output_]) => output(callId, output_)),
    fc.constant<ResponseItem>({ type: 'message', role: 'user', content: [image] }),
    fc.constant<ResponseItem>({ type: 'web_search_call', status: 'completed' }),
  )
  const request = fc.record({
    items: fc.array(item, { maxLength: 14 }),
    tools: fc.constantFrom<ToolSpec[]>([], [exec, view]),
    effort: fc.constantFrom('none', 'low', 'max', undefined),
    isRecorded: fc.boolean(),
    version: fc.constantFrom('2026-10-21', '2023-06-01'),
  })
  await using provider = await startProvider([], { wireApi: 'messages', whenScriptEnds: says('Hi.') })

  await fc.assert(
    fc.asyncProperty(request, async ({ items, tools, effort, isRecorded, version }) => {
      const input = normalize(items).map((each, index) =>
        isRecorded && index < 5 ? { ...each, turnId: 't' } : each,
      )
      const client = await clientFor(provider.url, 'messages', { headers: { 'anthropic-version': version } })
      const reasoning = effort === undefined ? {} : { reasoning: { effort } }

      const events = await eventsOf(
        client,
        requestWith({ input, tools, ...reasoning } as Partial<ModelRequest>),
      )

      expect(events.at(-1)?.type).toBe('completed')
    }),
    { numRuns: 150 },
  )
  expect(provider.violations).toEqual([])
})
