/** Whole tool loops of the vendors' own clients: a right client is never refused. */

import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type {
  ResponseInput,
  ResponseInputItem,
  ResponseOutputItem,
} from 'openai/resources/responses/responses'
import { expect, test } from 'vitest'
import { calls, custom, says, startProvider, thinks } from '../../src/testing/index.ts'

const parameters = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
  additionalProperties: false,
}

test('a Responses loop with reasoning, parallel calls and a freeform call', async () => {
  await using provider = await startProvider(
    [
      [thinks('Look first.'), calls('read_file', { path: 'a' }), calls('read_file', { path: 'b' })],
      [says('Now the patch.', { phase: 'commentary' }), custom('apply_patch', 'patch')],
      says('All done.'),
    ],
    { apiKey: 'test' },
  )
  const client = new OpenAI({ baseURL: provider.url, apiKey: 'test', maxRetries: 0 })
  const input: ResponseInput = [{ role: 'user', content: 'Go on.' }]
  let answer = ''

  while (answer === '') {
    const stream = client.responses.stream({
      model: 'any',
      input,
      store: false,
      include: ['reasoning.encrypted_content'],
      tools: [
        { type: 'function', name: 'read_file', strict: true, parameters },
        { type: 'custom', name: 'apply_patch' },
      ],
    })
    const { output, output_text } = await stream.finalResponse()
    const outputs = output.flatMap(outputFor)
    // What the client received is what it sends back, save the arguments that it parsed for itself.
    input.push(...output.map(withoutParsed), ...outputs)
    if (outputs.length === 0) answer = output_text
  }

  expect(answer).toBe('All done.')
  expect(provider.violations).toEqual([])
  expect(provider.requests[2]?.outputOf('read_file')).toBe('text of {"path":"b"}')
  expect(provider.requests[2]?.outputOf('apply_patch')).toBe('patched')
})

function outputFor(item: ResponseOutputItem): ResponseInputItem[] {
  const { type } = item
  if (type === 'function_call') {
    return [{ type: 'function_call_output', call_id: item.call_id, output: `text of ${item.arguments}` }]
  }
  if (type === 'custom_tool_call') {
    return [{ type: 'custom_tool_call_output', call_id: item.call_id, output: 'patched' }]
  }
  return []
}

function withoutParsed(item: ResponseOutputItem): ResponseInputItem {
  return JSON.parse(JSON.stringify(item, (key, value) => (key.startsWith('parsed') ? undefined : value)))
}

test('a Chat loop with parallel calls, run by the client itself', async () => {
  await using provider = await startProvider(
    [
      [says('Reading.'), calls('read_file', { path: 'a' }), calls('read_file', { path: 'b' })],
      says('All done.'),
    ],
    { wireApi: 'chat', apiKey: 'test' },
  )
  const client = new OpenAI({ baseURL: provider.url, apiKey: 'test', maxRetries: 0 })

  const runner = client.chat.completions.runTools({
    model: 'any',
    stream: true,
    messages: [{ role: 'user', content: 'Go on.' }],
    tools: [
      {
        type: 'function',
        function: {
          name: 'read_file',
          description: 'Reads.',
          parameters,
          parse: JSON.parse,
          function: ({ path }: { path: string }) => `text of ${path}`,
        },
      },
    ],
  })

  expect(await runner.finalContent()).toBe('All done.')
  expect(provider.violations).toEqual([])
  expect(provider.requests[1]?.items.flatMap((item) => (item.type === 'output' ? [item.text] : []))).toEqual([
    'text of a',
    'text of b',
  ])
})

test('a Messages loop with signed thinking and parallel calls', async () => {
  await using provider = await startProvider(
    [
      [thinks('Look first.'), calls('read_file', { path: 'a' }), calls('read_file', { path: 'b' })],
      [thinks('Now the patch.'), says('Patching.'), custom('apply_patch', 'patch')],
      says('All done.'),
    ],
    { wireApi: 'messages', apiKey: 'test' },
  )
  const client = new Anthropic({ baseURL: new URL(provider.url).origin, apiKey: 'test', maxRetries: 0 })
  const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Go on.' }]
  let answer = ''

  while (answer === '') {
    const stream = client.messages.stream({
      model: 'any',
      max_tokens: 4096,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages,
      tools: [
        { name: 'read_file', input_schema: { ...parameters, type: 'object' } },
        { name: 'apply_patch', input_schema: { type: 'object' } },
      ],
    })
    const { content } = await stream.finalMessage()
    const results = content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: JSON.stringify(block.input) }]
        : [],
    )
    // What the client received is what it sends back.
    messages.push({ role: 'assistant', content }, { role: 'user', content: results })
    if (results.length === 0)
      answer = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  }

  expect(answer).toBe('All done.')
  expect(provider.violations).toEqual([])
  expect(provider.requests[2]?.outputOf('read_file')).toBe('{"path":"b"}')
  expect(provider.requests[2]?.outputOf('apply_patch')).toBe('{"input":"patch"}')
})
