/** What the provider refuses of a Responses request, as the real one would. */

import { expect, test } from 'vitest'
import { custom, type Rule, says, startProvider } from '../../src/testing/index.ts'
import { eventsIn, post, readAll, requestBody } from '../support/model-requests.ts'

type Fields = Readonly<Record<string, unknown>>

const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }
const assistant = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Hi' }],
}
const call = { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'read_file', arguments: '{}' }
const output = { type: 'function_call_output', call_id: 'call_1', output: 'text' }
const patchCall = {
  type: 'custom_tool_call',
  id: 'ctc_1',
  call_id: 'call_2',
  name: 'apply_patch',
  input: 'patch',
}
const patchOutput = { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Done' }
const reasoning = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' }

const empty = { type: 'object', properties: {} }
const closed = { type: 'object', required: ['a'], additionalProperties: false }
const strictAnswer = { type: 'json_schema', name: 'answer', strict: true }
const tool = { type: 'function', name: 'read_file', description: 'Reads.', strict: false, parameters: empty }
const patchTool = {
  type: 'custom',
  name: 'apply_patch',
  format: { type: 'grammar', syntax: 'lark', definition: 's: x' },
}

/** The rules that a request breaks, with the places. */
async function broken(fields: Fields): Promise<[Rule, string][]> {
  await using provider = await startProvider([says('Hi')], { strict: false })
  const response = await post(provider, requestBody('responses', fields))
  const found = provider.violations.map(({ rule, at }): [Rule, string] => [rule, at])

  expect(response.status).toBe(found.length > 0 ? 400 : 200)
  return found
}

test('a refusal is an error of the real shape, which names the rule and the place', async () => {
  await using provider = await startProvider([], { strict: false })

  const response = await post(provider, requestBody('responses', { input: [user, call] }))

  expect(response.status).toBe(400)
  expect(await response.json()).toEqual({
    error: {
      message: '[call-has-output] input[1].call_id: the call call_1 of read_file has no output',
      type: 'invalid_request_error',
      param: 'input[1].call_id',
      code: 'call-has-output',
    },
  })
})

test.each<[string, Fields]>([
  [
    'a whole conversation',
    { input: [user, reasoning, call, output, patchCall, patchOutput, assistant, user] },
  ],
  ['a text as input', { input: 'Hello' }],
  [
    'parallel calls, answered in another order',
    {
      input: [
        user,
        call,
        { ...call, id: 'fc_2', call_id: 'call_2' },
        { ...output, call_id: 'call_2' },
        output,
      ],
    },
  ],
  ['an output of parts', { input: [call, { ...output, output: [{ type: 'input_text', text: 'a' }] }] }],
  [
    'an output with an image',
    { input: [call, { ...output, output: [{ type: 'input_image', image_url: 'data:,' }] }] },
  ],
  ['a message without a type', { input: [{ role: 'developer', content: 'Be brief.' }] }],
  ['reasoning behind reasoning', { input: [user, reasoning, { ...reasoning, id: 'rs_2' }, assistant] }],
  ['encrypted reasoning at the end, with nothing stored', { store: false, input: [user, reasoning] }],
  ['an item of a type we do not know', { input: [user, { type: 'hologram', id: 'holo_1', anything: true }] }],
  [
    'tools of every kind',
    { tools: [tool, patchTool, { type: 'web_search' }], input: [user, patchCall, patchOutput] },
  ],
  ['no tools at all beside a freeform call', { tools: [], input: [user, patchCall, patchOutput] }],
  [
    'a strict tool',
    {
      tools: [
        {
          ...tool,
          strict: true,
          parameters: {
            type: 'object',
            properties: { at: { type: 'object', properties: {}, required: [], additionalProperties: false } },
            required: ['at'],
            additionalProperties: false,
          },
        },
      ],
    },
  ],
  [
    'every field that Codex sends',
    {
      instructions: 'Be brief.',
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'medium' },
      store: false,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'thread',
      text: {
        format: {
          type: 'json_schema',
          name: 'answer',
          strict: true,
          schema: { ...empty, additionalProperties: false },
        },
      },
      client_metadata: { turn: '1' },
    },
  ],
])('%s is right', async (_, fields) => {
  expect(await broken(fields)).toEqual([])
})

test.each<[string, Fields, Rule, string]>([
  ['no model', { model: '' }, 'model', 'model'],
  ['no stream', { stream: undefined }, 'stream', 'stream'],
  ['no input', { input: undefined }, 'input', 'input'],
  ['an item that is none', { input: [user, {}] }, 'input', 'input[1]'],
  ['a field of ours in the body', { turnId: 'turn_1' }, 'field', 'turnId'],
  ['a field of ours in an item', { input: [{ ...user, turnId: 'turn_1' }] }, 'field', 'input[0].turnId'],
  ['an earlier response', { previous_response_id: 'resp_1' }, 'field', 'previous_response_id'],
  ['an unknown role', { input: [{ ...user, role: 'tool' }] }, 'role', 'input[0].role'],
  [
    'output text of the user',
    { input: [{ ...user, content: assistant.content }] },
    'content',
    'input[0].content[0]',
  ],
  [
    'input text of the assistant',
    { input: [{ ...assistant, content: user.content }] },
    'content',
    'input[0].content[0]',
  ],
  [
    'a text that is none',
    { input: [{ ...user, content: [{ type: 'input_text' }] }] },
    'content',
    'input[0].content[0].text',
  ],
  ['no content', { input: [{ ...user, content: null }] }, 'content', 'input[0].content'],
  [
    'an output that is an object',
    { input: [call, { ...output, output: { a: 1 } }] },
    'content',
    'input[1].output',
  ],
  [
    'reasoning without a summary',
    { input: [{ ...reasoning, summary: null }, assistant] },
    'content',
    'input[0].summary',
  ],
  ['arguments as an object', { input: [{ ...call, arguments: {} }, output] }, 'call', 'input[0].arguments'],
  [
    'an input that is no text',
    { input: [{ ...patchCall, input: {} }, patchOutput] },
    'call',
    'input[0].input',
  ],
  [
    'a call of an impossible name',
    { input: [{ ...call, name: 'read file' }, output] },
    'tool',
    'input[0].name',
  ],
  ['an id of another kind', { input: [{ ...user, id: 'item_1' }] }, 'id', 'input[0].id'],
  ['an id that is too long', { input: [{ ...user, id: `msg_${'x'.repeat(61)}` }] }, 'id', 'input[0].id'],
  ['an id with a space', { input: [{ ...user, id: 'msg 1' }] }, 'id', 'input[0].id'],
  ['a call without an id', { input: [{ ...call, call_id: '' }] }, 'id', 'input[0].call_id'],
  ['two items with one id', { input: [assistant, assistant] }, 'unique-ids', 'input[1].id'],
  [
    'two calls with one id',
    { input: [call, output, { ...call, id: 'fc_2' }, output] },
    'unique-ids',
    'input[2].call_id',
  ],
  ['a call without an output', { input: [call, user] }, 'call-has-output', 'input[0].call_id'],
  ['an output without a call', { input: [user, output] }, 'output-has-call', 'input[1].call_id'],
  [
    'an output of another kind',
    { input: [call, { ...patchOutput, call_id: 'call_1' }] },
    'output-has-call',
    'input[1].call_id',
  ],
  ['an output before its call', { input: [output, call] }, 'output-after-call', 'input[0].call_id'],
  ['two outputs of a call', { input: [call, output, output] }, 'one-output-per-call', 'input[2].call_id'],
  ['reasoning at the end', { input: [user, reasoning] }, 'reasoning-has-follower', 'input[1]'],
  [
    'reasoning that is neither stored nor encrypted',
    { store: false, input: [{ ...reasoning, encrypted_content: null }, assistant] },
    'reasoning-is-encrypted',
    'input[0]',
  ],
  ['reasoning before the user', { input: [user, reasoning, user] }, 'reasoning-has-follower', 'input[1]'],
  ['reasoning before an output', { input: [call, reasoning, output] }, 'reasoning-has-follower', 'input[1]'],
  ['tools that are no list', { tools: {} }, 'tool', 'tools'],
  ['a tool without a type', { tools: [{ name: 'a' }] }, 'tool', 'tools[0]'],
  ['a tool without a name', { tools: [{ ...tool, name: undefined }] }, 'tool', 'tools[0].name'],
  ['a tool with a dot in its name', { tools: [{ ...tool, name: 'mcp.read' }] }, 'tool', 'tools[0].name'],
  [
    'a tool with a name of 65 characters',
    { tools: [{ ...tool, name: 'x'.repeat(65) }] },
    'tool',
    'tools[0].name',
  ],
  ['a description that is no text', { tools: [{ ...tool, description: 1 }] }, 'tool', 'tools[0].description'],
  ['a strict that is no boolean', { tools: [{ ...tool, strict: 'yes' }] }, 'tool', 'tools[0].strict'],
  ['an unknown format', { tools: [{ ...patchTool, format: { type: 'lark' } }] }, 'tool', 'tools[0].format'],
  [
    'two tools of one name',
    { tools: [tool, { ...patchTool, name: 'read_file' }] },
    'unique-tool-names',
    'tools[1].name',
  ],
  [
    'parameters that are no object schema',
    { tools: [{ ...tool, parameters: { type: 'string' } }] },
    'schema',
    'tools[0].parameters',
  ],
  [
    'parameters without properties',
    { tools: [{ ...tool, parameters: { type: 'object' } }] },
    'schema',
    'tools[0].parameters',
  ],
  [
    'an array without items',
    {
      tools: [{ ...tool, parameters: { type: 'object', properties: { paths: { type: 'array' } } } }],
    },
    'schema',
    'tools[0].parameters.paths',
  ],
  [
    'an open schema that says strict',
    { tools: [{ ...tool, strict: true }] },
    'schema',
    'tools[0].parameters',
  ],
  [
    'an optional property of a strict schema',
    {
      tools: [
        {
          ...tool,
          strict: true,
          parameters: {
            type: 'object',
            properties: { a: { type: 'string' } },
            required: [],
            additionalProperties: false,
          },
        },
      ],
    },
    'schema',
    'tools[0].parameters',
  ],
  [
    'a strict answer that is no object',
    { text: { format: { ...strictAnswer, schema: { type: 'array', items: { type: 'string' } } } } },
    'schema',
    'text.format.schema',
  ],
  [
    'a strict answer with a word that no strict schema has',
    { text: { format: { ...strictAnswer, schema: { ...closed, properties: { a: { oneOf: [] } } } } } },
    'schema',
    'text.format.schema.a',
  ],
  [
    'an output format without a name',
    { text: { format: { type: 'json_schema', schema: empty } } },
    'schema',
    'text.format.name',
  ],
  [
    'an output format without a schema',
    { text: { format: { type: 'json_schema', name: 'a' } } },
    'schema',
    'text.format.schema',
  ],
  [
    'a freeform call of a tool that is not declared so',
    { tools: [tool], input: [patchCall, patchOutput] },
    'custom-call-declared',
    'input[0].name',
  ],
])('%s is refused', async (_, fields, rule, at) => {
  expect(await broken(fields)).toContainEqual([rule, at])
})

test('a freeform call that the script itself sent may name any tool', async () => {
  await using provider = await startProvider([custom('no_such_tool', 'x'), says('Sorry.')])
  const tools = [tool]
  const { text } = await readAll(await post(provider, requestBody('responses', { tools })))
  const item = eventsIn(text).find(({ type }) => type === 'response.output_item.done')
    ?.item as typeof patchCall

  const input = [user, item, { ...patchOutput, call_id: item.call_id }]
  const response = await post(provider, requestBody('responses', { tools, input }))

  expect(response.status).toBe(200)
})

test('all that is wrong is told at once', async () => {
  const found = await broken({ input: [output, { ...user, role: 'tool' }], tools: [tool, tool] })

  expect(found.map(([rule]) => rule).toSorted()).toEqual(['output-has-call', 'role', 'unique-tool-names'])
})
