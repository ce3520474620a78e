/** What the provider refuses of a Messages request, as the real one would. */

import { expect, test } from 'vitest'
import { type Rule, says, startProvider } from '../../src/testing/index.ts'
import { PATHS, post, requestBody } from '../support/model-requests.ts'

type Fields = Readonly<Record<string, unknown>>

const FIRST = { 'anthropic-version': '2023-06-01' }
const user = { role: 'user', content: 'Hello' }
const call = { type: 'tool_use', id: 'toolu_1', name: 'read_file', input: { path: 'a' } }
const thought = { type: 'thinking', thinking: 'Hm.', signature: 'sig' }
const asks = { role: 'assistant', content: [call] }
const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'text' }
const answers = { role: 'user', content: [result] }
const says2 = { role: 'assistant', content: 'Hi' }
const tool = { name: 'read_file', input_schema: { type: 'object', properties: {} } }
const tools = [tool]
const cached = { cache_control: { type: 'ephemeral' } }
const png = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }
const budget = { type: 'enabled', budget_tokens: 1024 }
const closed = { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: false }

/** The rules that a request breaks, with the places. */
async function broken(
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<[Rule, string][]> {
  await using provider = await startProvider([says('Hi')], { wireApi: 'messages', strict: false })
  const response = await post(provider, requestBody('messages', fields), { path: PATHS.messages, headers })
  const found = provider.violations.map(({ rule, at }): [Rule, string] => [rule, at])

  expect(response.status).toBe(found.length > 0 ? 400 : 200)
  return found
}

test.each<[string, Fields]>([
  ['a whole conversation', { tools, messages: [user, asks, answers, says2, user] }],
  ['a result with text behind it', { tools, messages: [user, asks, answers, user] }],
  [
    'parallel calls, answered in another order',
    {
      tools,
      messages: [
        user,
        { role: 'assistant', content: [call, { ...call, id: 'toolu_2' }] },
        { role: 'user', content: [{ ...result, tool_use_id: 'toolu_2' }, result] },
      ],
    },
  ],
  [
    'signed thinking, redacted thinking',
    {
      tools,
      thinking: { type: 'adaptive' },
      messages: [
        user,
        { role: 'assistant', content: [thought, { type: 'redacted_thinking', data: 'x' }, call] },
        answers,
      ],
    },
  ],
  ['four breakpoints', { tools: [{ ...tool, ...cached }], system: [{ type: 'text', text: 'a', ...cached }] }],
  [
    'images of the user and of a tool',
    { tools, messages: [user, asks, { role: 'user', content: [{ ...result, content: [png] }, png] }] },
  ],
  [
    'a result without content',
    {
      tools,
      messages: [user, asks, { role: 'user', content: [{ ...result, content: undefined, is_error: true }] }],
    },
  ],
  ['a first draft of the answer, without tools', { messages: [user, says2] }],
  [
    'a turn that was paused',
    {
      tools,
      messages: [
        user,
        {
          role: 'assistant',
          content: [{ type: 'server_tool_use', id: 's_1', name: 'web_search', input: {} }],
        },
      ],
    },
  ],
  [
    'an output format beside tools',
    { tools, output_config: { effort: 'low', format: { type: 'json_schema', schema: closed } } },
  ],
  ['a strict tool', { tools: [{ name: 'a', strict: true, input_schema: closed }] }],
  ['a tool of the provider', { tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 5 }] }],
])('%s is right', async (_, fields) => {
  expect(await broken(fields)).toEqual([])
})

test.each<[string, Rule, string, Fields]>([
  ['no bound on the output', 'output-limit', 'max_tokens', { max_tokens: undefined }],
  ['an unknown field', 'field', 'input', { input: [] }],
  ['a conversation of nobody', 'input', 'messages', { messages: [] }],
  ['a message that is none', 'input', 'messages[1]', { messages: [user, 'hi'] }],
  ['a field that a message has not', 'field', 'messages[0].name', { messages: [{ ...user, name: 'me' }] }],
  ['a role that is none', 'role', 'messages[1].role', { messages: [user, { role: 'tool', content: 'a' }] }],
  ['an assistant that begins', 'role', 'messages[0].role', { messages: [says2, user] }],
  ['empty text', 'content', 'messages[0].content.text', { messages: [{ role: 'user', content: '' }] }],
  [
    'text of spaces',
    'content',
    'messages[0].content[0].text',
    { messages: [{ role: 'user', content: [{ type: 'text', text: ' \n' }] }] },
  ],
  [
    'a message without blocks',
    'content',
    'messages[0].content',
    { messages: [{ role: 'user', content: [] }] },
  ],
  [
    'thinking of the user',
    'content',
    'messages[0].content[0]',
    { messages: [{ role: 'user', content: [thought] }] },
  ],
  [
    'a document of the assistant',
    'content',
    'messages[1].content[0]',
    { messages: [user, { role: 'assistant', content: [{ type: 'document' }] }, user] },
  ],
  [
    'a citation of the user',
    'content',
    'messages[0].content[0].citations',
    { messages: [{ role: 'user', content: [{ type: 'text', text: 'a', citations: [{}] }] }] },
  ],
  [
    'an image of another type',
    'content',
    'messages[0].content[0].source.media_type',
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/svg+xml', data: 'AAAA' } }],
        },
      ],
    },
  ],
  [
    'an image that is no base64',
    'content',
    'messages[0].content[0].source.data',
    {
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'é' } }],
        },
      ],
    },
  ],
  [
    'a last word that ends with a space',
    'content',
    'messages[1].content',
    { messages: [user, { role: 'assistant', content: 'Hi ' }] },
  ],
  [
    'a draft of an answer that has a shape',
    'prefill',
    'messages[1]',
    { output_config: { format: { type: 'json_schema', schema: closed } }, messages: [user, says2] },
  ],
  [
    'a draft of the answer of a model that thinks',
    'prefill',
    'messages[1]',
    { thinking: { type: 'adaptive' }, messages: [user, says2] },
  ],
  [
    'a call that nobody answers',
    'call-has-output',
    'messages[1].content[0].id',
    { tools, messages: [user, asks, user] },
  ],
  [
    'a result of no call',
    'output-has-call',
    'messages[0].content[0].tool_use_id',
    { tools, messages: [answers] },
  ],
  [
    'two results of one call',
    'one-output-per-call',
    'messages[2].content[1].tool_use_id',
    { tools, messages: [user, asks, { role: 'user', content: [result, result] }] },
  ],
  [
    'two calls of one id',
    'unique-ids',
    'messages[1].content[1].id',
    { tools, messages: [user, { role: 'assistant', content: [call, call] }, answers] },
  ],
  [
    "a search of the provider's own without its result, in a message that is not the last",
    'call-has-output',
    'messages[1].content[0]',
    {
      messages: [
        user,
        {
          role: 'assistant',
          content: [{ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }],
        },
        user,
      ],
    },
  ],
  [
    'a result behind text',
    'output-after-call',
    'messages[2].content[1]',
    { tools, messages: [user, asks, { role: 'user', content: [{ type: 'text', text: 'Well:' }, result] }] },
  ],
  [
    'a result one message late',
    'output-after-call',
    'messages[1].content[0]',
    { tools, messages: [user, asks, user, says2, answers] },
  ],
  [
    'an id with a dot',
    'id',
    'messages[1].content[0].id',
    {
      tools,
      messages: [
        user,
        { role: 'assistant', content: [{ ...call, id: 'a.b' }] },
        { role: 'user', content: [{ ...result, tool_use_id: 'a.b' }] },
      ],
    },
  ],
  [
    'arguments that are a text',
    'call',
    'messages[1].content[0].input',
    { tools, messages: [user, { role: 'assistant', content: [{ ...call, input: '{}' }] }, answers] },
  ],
  ['calls without declared tools', 'tool', 'tools', { messages: [user, asks, answers] }],
  [
    'thinking without a signature',
    'thinking',
    'messages[1].content[0].signature',
    {
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { ...thought, signature: '' },
            { type: 'text', text: 'a' },
          ],
        },
        user,
      ],
    },
  ],
  [
    'thinking that was changed',
    'thinking',
    'messages[1].content[0]',
    {
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { ...thought, signature: 'scripted.AAAA' },
            { type: 'text', text: 'a' },
          ],
        },
        user,
      ],
    },
  ],
  [
    'thinking at the end of a message',
    'thinking',
    'messages[1].content[1]',
    { messages: [user, { role: 'assistant', content: [{ type: 'text', text: 'a' }, thought] }, user] },
  ],
  [
    'a breakpoint on thinking',
    'field',
    'messages[1].content[0].cache_control',
    {
      messages: [
        user,
        {
          role: 'assistant',
          content: [
            { ...thought, ...cached },
            { type: 'text', text: 'a' },
          ],
        },
        user,
      ],
    },
  ],
  [
    'a budget that is too small',
    'thinking',
    'thinking.budget_tokens',
    { thinking: { type: 'enabled', budget_tokens: 1000 } },
  ],
  [
    'a budget that leaves no answer',
    'thinking',
    'thinking.budget_tokens',
    { thinking: { type: 'enabled', budget_tokens: 1024 } },
  ],
  ['a way to think that is none', 'thinking', 'thinking.type', { thinking: { type: 'auto' } }],
  ['an effort that is none', 'thinking', 'output_config.effort', { output_config: { effort: 'minimal' } }],
  [
    'a forced call of a model that thinks',
    'thinking',
    'tool_choice',
    { tools, tool_choice: { type: 'any' }, thinking: { type: 'adaptive' } },
  ],
  [
    'a loop without the thinking that began it',
    'thinking',
    'messages[1].content[0]',
    { tools, max_tokens: 4096, thinking: budget, messages: [user, asks, answers] },
  ],
  ['a temperature', 'sampling', 'temperature', { temperature: 1 }],
  [
    'five breakpoints',
    'cache',
    'cache_control',
    {
      ...cached,
      tools: [{ ...tool, ...cached }],
      messages: [
        { role: 'user', content: [1, 2, 3].map((n) => ({ type: 'text', text: `${n}`, ...cached })) },
      ],
    },
  ],
  [
    'a breakpoint of another type',
    'cache',
    'system[0].cache_control',
    { system: [{ type: 'text', text: 'a', cache_control: { type: 'forever' } }] },
  ],
  [
    'a long life behind a short one',
    'cache',
    'messages[0].content[0].cache_control.ttl',
    {
      tools: [{ ...tool, ...cached }],
      messages: [
        {
          role: 'user',
          content: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        },
      ],
    },
  ],
  ['system text that is empty', 'content', 'system[0].text', { system: [{ type: 'text', text: '' }] }],
  ['a tool with parameters', 'field', 'tools[0].parameters', { tools: [{ ...tool, parameters: {} }] }],
  ['a tool name with a dot', 'tool', 'tools[0].name', { tools: [{ ...tool, name: 'a.b' }] }],
  ['two tools of one name', 'unique-tool-names', 'tools[1].name', { tools: [tool, tool] }],
  [
    'a schema that is no object',
    'schema',
    'tools[0].input_schema',
    { tools: [{ ...tool, input_schema: { type: 'string' } }] },
  ],
  [
    'a choice at the top of a schema',
    'schema',
    'tools[0].input_schema.anyOf',
    { tools: [{ ...tool, input_schema: { type: 'object', anyOf: [] } }] },
  ],
  [
    'an open schema of a strict tool',
    'schema',
    'tools[0].input_schema',
    { tools: [{ ...tool, strict: true }] },
  ],
  [
    'a bound in a strict schema',
    'schema',
    'output_config.format.schema.properties.a.maxLength',
    {
      output_config: {
        format: {
          type: 'json_schema',
          schema: { ...closed, properties: { a: { type: 'string', maxLength: 3 } } },
        },
      },
    },
  ],
  ['a choice of tools without tools', 'tool', 'tool_choice', { tool_choice: { type: 'none' } }],
])('%s is refused', async (_, rule, at, fields) => {
  expect(await broken(fields)).toContainEqual([rule, at])
})

test('the first version takes a temperature, and documents of the assistant', async () => {
  const document = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a' } }
  const messages = [user, { role: 'assistant', content: [document, { type: 'text', text: 'Hi' }] }, user]

  expect(await broken({ temperature: 0.5, messages }, FIRST)).toEqual([])
  expect(await broken({ messages })).toEqual([['content', 'messages[1].content[0]']])
})

test('messages of the system are known to the current version alone', async () => {
  const messages = [user, { role: 'system', content: 'Rules.' }]

  expect(await broken({ messages })).toEqual([])
  expect(await broken({ messages }, FIRST)).toEqual([['role', 'messages[1].role']])
})

test('a model with a budget of thinking is taken at its temperature of 1 alone', async () => {
  const fields = { max_tokens: 4096, thinking: budget }

  expect(await broken({ ...fields, temperature: 1 }, FIRST)).toEqual([])
  expect(await broken({ ...fields, temperature: 0.5 }, FIRST)).toEqual([['sampling', 'temperature']])
})

test('a request that names no version of the API is refused', async () => {
  expect(await broken({}, { 'anthropic-version': '2020-01-01' })).toEqual([['version', 'anthropic-version']])
})

test('a key is taken from either header', async () => {
  await using provider = await startProvider([says('a'), says('b')], {
    wireApi: 'messages',
    apiKey: 'sesame',
    strict: false,
  })
  const ask = (headers: Record<string, string>) =>
    post(provider, requestBody('messages'), { path: PATHS.messages, headers })

  const answered = [
    await ask({ 'x-api-key': 'sesame' }),
    await ask({ authorization: 'Bearer sesame' }),
    await ask({ 'x-api-key': 'open' }),
    await ask({}),
  ]

  expect(answered.map(({ status }) => status)).toEqual([200, 200, 401, 401])
  expect(await answered[2]?.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } })
})
