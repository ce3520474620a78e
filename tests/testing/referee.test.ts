/** Whole tool loops of OpenAI's own client: a right client is never refused. */

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
