/** What users of other libraries suffer from histories that no provider takes. */

import { expect, test } from 'vitest'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import type { ThreadRecord } from '../../src/protocol/thread-record.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, says, sends, stalls, startProvider, thinks, uses } from '../../src/testing/index.ts'
import { metaOf, threadId } from '../stores/samples.ts'
import { bench } from '../support/codex.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
const direct = { toolMode: 'direct' } as const
const PLAN = calls('update_plan', { plan: [] })

test.each(WIRES)(
  'pain 2: %s: an output whose call is gone, a call without output and a repeated id make no invalid request',
  async (wireApi) => {
    const call = (id: string): ResponseItem => ({
      ...{ type: 'function_call', call_id: id, name: 'exec_command' },
      arguments: '{"cmd":"ls"}',
    })
    const output = (id: string): ResponseItem => ({
      ...{ type: 'function_call_output', call_id: id },
      output: 'files',
    })
    const hello: ResponseItem = {
      ...{ type: 'message', role: 'user' },
      content: [{ type: 'input_text', text: 'Hello.' }],
    }
    const items = [hello, output('gone'), call('a'), hello, output('late'), call('b'), call('b'), output('b')]
    const records = items.map((item): ThreadRecord => ({ type: 'response_item', item }))
    const store = memoryStore()
    {
      await using writer = await store.threads.create(metaOf('damaged'))
      await writer.append(records)
    }
    await using at = await bench([says('fine')], { store, provider: { wireApi } })

    const turn = await at.codex
      .resumeThread(threadId('damaged'), { workingDirectory: at.folder.path, ...direct })
      .run('go')

    expect(turn.finalResponse).toBe('fine')
    const sent = at.provider.requests[0]?.items ?? []
    const callIds = sent.flatMap((item) => (item.type === 'call' ? [item.callId] : []))
    const outputIds = sent.flatMap((item) => (item.type === 'output' ? [item.callId] : []))
    expect(callIds).toHaveLength(3)
    expect(new Set(callIds).size).toBe(3)
    expect(outputIds.toSorted()).toEqual(callIds.toSorted())
  },
)

test('pain 3: reasoning goes back sealed, and with what it led to', async () => {
  await using at = await bench([[thinks('Hm.', { encrypted: 'gAAAA' }), PLAN], says('done'), says('more')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')
  await thread.run('go on')

  const body = at.provider.requests[2]?.body
  const input = (body?.input ?? []) as Record<string, unknown>[]
  const at3 = input.findIndex(({ type }) => type === 'reasoning')
  expect(body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] })
  expect(input[at3]).toMatchObject({ encrypted_content: 'gAAAA' })
  expect(input[at3 + 1]).toMatchObject({ type: 'function_call' })
})

test('pain 3: reasoning that a stop left alone is not sent', async () => {
  await using at = await bench([
    [thinks('Hm.', { encrypted: 'gAAAA', id: 'rs_alone' }), says('And then there is more'), stalls()],
    says('fine'),
  ])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  for await (const event of thread.run('go')) {
    if (event.type === 'item.completed' && event.item.type === 'reasoning') break
  }
  await thread.run('go on')

  const input = (at.provider.requests[1]?.body.input ?? []) as Record<string, unknown>[]
  const place = input.findIndex(({ type }) => type === 'reasoning')
  // Either it is left out, or words of the assistant's follow it.
  if (place !== -1) expect(input[place + 1]).toMatchObject({ type: 'message', role: 'assistant' })
  else expect(at.provider.requests[1]?.text).not.toContain('gAAAA')
})

test('pain 4: signatures and redacted thinking go back as they came, and to nobody else', async () => {
  await using claude = await startProvider(
    [
      [thinks('Secret.'), sends({ type: 'redacted_thinking', data: 'EmwKAhgB' }), PLAN],
      says('one'),
      says('three'),
    ],
    { wireApi: 'messages' },
  )
  await using other = await startProvider([says('two')], { wireApi: 'messages' })
  await using at = await bench([], {
    providers: {
      claude: { baseUrl: claude.url, wireApi: 'messages' },
      other: { baseUrl: other.url, wireApi: 'messages' },
    },
  })
  const thread = at.codex.startThread({
    ...{ workingDirectory: at.folder.path, modelReasoningEffort: 'high' },
    ...direct,
  })

  await thread.run('One.', { model: 'claude/any' })
  await thread.run('Two.', { model: 'other/any' })
  await thread.run('Three.', { model: 'claude/any' })

  const [, next, back] = claude.requests.map(({ text }) => text)
  for (const text of [next, back]) expect(text).toMatch(/"signature":".+EmwKAhgB/s)
  expect(other.requests[0]?.text).not.toMatch(/Secret|signature|EmwKAhgB/)
  expect(other.requests[0]?.text).toContain('update_plan')
})

test("pain 5: OpenRouter's reasoning_details go back as they came", async () => {
  await using provider = await startProvider(
    [[thinks('Hm.', { encrypted: 'sealed-by-the-maker' }), PLAN], says('done')],
    { wireApi: 'chat' },
  )
  await using at = await bench([], {
    providers: { openrouter: { baseUrl: provider.url, apiKey: 'test-key' } },
  })

  const turn = await at.codex
    .startThread({ workingDirectory: at.folder.path, model: 'openrouter/vendor/any', ...direct })
    .run('go')

  const messages = (provider.requests[1]?.body.messages ?? []) as Record<string, unknown>[]
  const spoken = messages.find(({ role }) => role === 'assistant')
  expect(turn.finalResponse).toBe('done')
  expect(JSON.stringify(spoken?.reasoning_details)).toContain('sealed-by-the-maker')
  expect(spoken?.tool_calls).toHaveLength(1)
})

test.each(WIRES)('pain 7: %s: cached tokens are part of the input, once', async (wireApi) => {
  const usage = {
    input_tokens: 1_000,
    cached_input_tokens: 600,
    cache_write_input_tokens: 100,
    output_tokens: 7,
  }
  await using at = await bench([[says('hi'), uses(usage)]], { provider: { wireApi } })

  const turn = await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(turn.usage).toMatchObject(usage)
})

test.each(WIRES)(
  'pain 21: %s: a thread that goes on, is resumed and gets packs in another order keeps its tools byte for byte',
  async (wireApi) => {
    const store = memoryStore()
    const options = { store, provider: { wireApi } }
    await using first = await bench([PLAN, says('one')], {
      ...options,
      packs: ['core-codex', 'file-cabinet'],
    })
    const thread = first.codex.startThread({ workingDirectory: first.folder.path, ...direct })
    await thread.run('go')
    await thread.close()
    await using second = await bench([says('two')], { ...options, packs: ['file-cabinet', 'core-codex'] })

    await second.codex.resumeThread(thread.id, direct).run('go on')

    const tools = [...first.provider.requests, ...second.provider.requests].map(({ body }) =>
      JSON.stringify(body.tools).replaceAll(',"cache_control":{"type":"ephemeral"}', ''),
    )
    expect(tools[2]).toBe(tools[0])
    expect(tools[1]).toBe(tools[0])
  },
)

test('pain 21: the requests of a thread name one cache', async () => {
  await using at = await bench([PLAN, says('one'), says('two')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')
  await thread.run('go on')

  const keys = at.provider.requests.map(({ body }) => body.prompt_cache_key)
  expect(keys).toEqual([thread.id, thread.id, thread.id])
})
