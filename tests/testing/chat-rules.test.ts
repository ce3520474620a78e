/** What the provider refuses of a Chat request, as the real ones would. */

import { expect, test } from 'vitest'
import { type Rule, says, startProvider } from '../../src/testing/index.ts'
import { PATHS, post, requestBody } from '../support/model-requests.ts'

type Fields = Readonly<Record<string, unknown>>

const system = { role: 'system', content: 'Be brief.' }
const user = { role: 'user', content: 'Hello' }
const call = { id: 'call_1', type: 'function', function: { name: 'read_file', arguments: '{}' } }
const patchCall = { id: 'call_2', type: 'custom', custom: { name: 'apply_patch', input: 'patch' } }
const asks = { role: 'assistant', content: null, tool_calls: [call] }
const output = { role: 'tool', tool_call_id: 'call_1', content: 'text' }
const says2 = { role: 'assistant', content: 'Hi' }

const declaration = { name: 'read_file', parameters: { type: 'object', properties: {} } }
const tool = { type: 'function', function: declaration }
const patchTool = { type: 'custom', custom: { name: 'apply_patch' } }

function asking(...calls: Fields[]): Fields {
  return { ...asks, tool_calls: calls }
}

/** The rules that a request breaks, with the places. */
async function broken(fields: Fields): Promise<[Rule, string][]> {
  await using provider = await startProvider([says('Hi')], { wireApi: 'chat', strict: false })
  const response = await post(provider, requestBody('chat', fields), { path: PATHS.chat })
  const found = provider.violations.map(({ rule, at }): [Rule, string] => [rule, at])

  expect(response.status).toBe(found.length > 0 ? 400 : 200)
  return found
}

test.each<[string, Fields]>([
  ['a whole conversation', { messages: [system, user, asks, output, says2, user] }],
  [
    'parallel calls, answered in another order',
    {
      messages: [
        user,
        asking(call, { ...call, id: 'call_2' }),
        { ...output, tool_call_id: 'call_2' },
        output,
      ],
    },
  ],
  [
    'an image of the user',
    { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] }] },
  ],
  ['text beside calls', { messages: [user, { ...asks, content: 'Reading.' }, output] }],
  [
    'reasoning that is brought back',
    {
      messages: [
        user,
        { ...asks, reasoning: 'a', reasoning_details: [{ type: 'reasoning.text', text: 'a' }] },
        output,
      ],
    },
  ],
  [
    'tools of both kinds',
    { tools: [tool, patchTool], messages: [user, asking(patchCall), { ...output, tool_call_id: 'call_2' }] },
  ],
  [
    'fields that only imitators know',
    { reasoning: { effort: 'low' }, provider: { sort: 'price' }, usage: { include: true } },
  ],
  [
    'an output format',
    {
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: { type: 'object', properties: {} } },
      },
    },
  ],
])('%s is right', async (_, fields) => {
  expect(await broken(fields)).toEqual([])
})

test.each<[string, Fields, Rule, string]>([
  ['no messages', { messages: [] }, 'input', 'messages'],
  ['a message that is none', { messages: [user, 'Hello'] }, 'input', 'messages[1]'],
  ['an unknown role', { messages: [{ ...user, role: 'human' }] }, 'role', 'messages[0].role'],
  [
    'calls of the user',
    { messages: [{ ...user, tool_calls: [call] }, output] },
    'role',
    'messages[0].tool_calls',
  ],
  ['a field of ours', { messages: [{ ...user, turnId: 'turn_1' }] }, 'field', 'messages[0].turnId'],
  ['no content', { messages: [{ role: 'user' }] }, 'content', 'messages[0].content'],
  [
    'an assistant that says nothing',
    { messages: [user, { role: 'assistant', content: null }] },
    'content',
    'messages[1].content',
  ],
  [
    'a part of the other wire API',
    { messages: [{ role: 'user', content: [{ type: 'input_text', text: 'a' }] }] },
    'content',
    'messages[0].content[0]',
  ],
  [
    'an image of a tool',
    { messages: [asks, { ...output, content: [{ type: 'image_url' }] }] },
    'content',
    'messages[1].content[0]',
  ],
  [
    'a text that is none',
    { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
    'content',
    'messages[0].content[0].text',
  ],
  ['an empty list of calls', { messages: [{ ...says2, tool_calls: [] }] }, 'call', 'messages[0].tool_calls'],
  [
    'a call without a type',
    { messages: [asking({ ...call, type: undefined }), output] },
    'call',
    'messages[0].tool_calls[0]',
  ],
  [
    'arguments as an object',
    { messages: [asking({ ...call, function: { name: 'a', arguments: {} } }), output] },
    'call',
    'messages[0].tool_calls[0].function.arguments',
  ],
  [
    'a freeform input that is no text',
    { messages: [asking({ ...patchCall, custom: { name: 'a' } }), { ...output, tool_call_id: 'call_2' }] },
    'call',
    'messages[0].tool_calls[0].custom.input',
  ],
  [
    'a call of an impossible name',
    { messages: [asking({ ...call, function: { name: '', arguments: '' } }), output] },
    'tool',
    'messages[0].tool_calls[0].function.name',
  ],
  [
    'a call without an id',
    { messages: [asking({ ...call, id: undefined })] },
    'id',
    'messages[0].tool_calls[0].id',
  ],
  [
    'two calls with one id',
    { messages: [asks, output, asks, output] },
    'unique-ids',
    'messages[2].tool_calls[0].id',
  ],
  ['a call without an output', { messages: [asks, user] }, 'call-has-output', 'messages[0].tool_calls[0].id'],
  ['an output without a call', { messages: [user, output] }, 'output-has-call', 'messages[1].tool_call_id'],
  [
    'an output before its call',
    { messages: [output, asks] },
    'output-after-call',
    'messages[0].tool_call_id',
  ],
  [
    'an output behind another message',
    { messages: [asks, user, output] },
    'output-after-call',
    'messages[2]',
  ],
  [
    'two outputs of a call',
    { messages: [asks, output, output] },
    'one-output-per-call',
    'messages[2].tool_call_id',
  ],
  [
    'a tool as the other wire API declares it',
    { tools: [{ type: 'function', ...declaration }] },
    'tool',
    'tools[0]',
  ],
  [
    'a tool with a dot in its name',
    { tools: [{ ...tool, function: { ...declaration, name: 'a.b' } }] },
    'tool',
    'tools[0].function.name',
  ],
  ['two tools of one name', { tools: [tool, tool] }, 'unique-tool-names', 'tools[1].function.name'],
  [
    'parameters that are no object schema',
    { tools: [{ ...tool, function: { name: 'a', parameters: {} } }] },
    'schema',
    'tools[0].function.parameters',
  ],
  [
    'an output format without a schema',
    { response_format: { type: 'json_schema', json_schema: { name: 'a' } } },
    'schema',
    'response_format.json_schema.schema',
  ],
  [
    'a freeform call of a tool that is not declared',
    { tools: [tool], messages: [asking(patchCall), { ...output, tool_call_id: 'call_2' }] },
    'custom-call-declared',
    'messages[0].tool_calls[0].custom.name',
  ],
])('%s is refused', async (_, fields, rule, at) => {
  expect(await broken(fields)).toContainEqual([rule, at])
})
