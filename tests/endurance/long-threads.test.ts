/** Threads of thousands of turns: read back whole, and as cheap to go on with as short ones. */

import { expect, test } from 'vitest'
import { Codex } from '../../src/index.ts'
import type { ThreadId } from '../../src/protocol/ids.ts'
import type { ThreadRecord } from '../../src/protocol/thread-record.ts'
import { fileStore, sqliteStore } from '../../src/stores/index.ts'
import { calls, type ProviderRequest, says, startProvider } from '../../src/testing/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

const TURNS = 5_000
const id = 'long-thread' as ThreadId

const usage = {
  input_tokens: 1,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 1,
  reasoning_output_tokens: 0,
}

/** A turn as the session records it: a prompt, a call, its output, an answer. */
function turnRecords(turn: number, folder: string): ThreadRecord[] {
  const [turnId, callId] = [`turn-${turn}`, `call-${turn}`]
  const message = (role: 'user' | 'assistant', text: string): ThreadRecord => {
    const content = [{ type: role === 'user' ? ('input_text' as const) : ('output_text' as const), text }]
    return { type: 'response_item', item: { type: 'message', role, content, turnId } }
  }
  return [
    { type: 'turn_started', turnId, options: { workingDirectory: folder, sandboxMode: 'read-only' } },
    message('user', `Prompt ${turn}`),
    {
      type: 'response_item',
      item: { type: 'function_call', call_id: callId, name: 'update_plan', arguments: '{"plan":[]}', turnId },
    },
    {
      type: 'response_item',
      item: { type: 'function_call_output', call_id: callId, output: `Output ${turn}`, turnId },
    },
    message('assistant', `Answer ${turn}`),
    { type: 'turn_ended', turnId, status: 'completed', usage },
  ]
}

test.each(['file', 'sqlite'])('a thread of 5,000 turns in a %s store is resumed whole', async (kind) => {
  await using folder = await tempFolder()
  const place = `${folder.path}/state${kind === 'sqlite' ? '.db' : ''}`
  const open = () => (kind === 'sqlite' ? sqliteStore(place) : fileStore(place))
  {
    await using store = open()
    await using writer = await store.threads.create({ id, createdAt: 0, workingDirectory: folder.path })
    for (let turn = 0; turn < TURNS; turn += 100) {
      const hundred = Array.from({ length: 100 }, (_, index) => turnRecords(turn + index, folder.path))
      await writer.append(hundred.flat())
    }
  }
  await using provider = await startProvider([
    calls('update_plan', { plan: [{ step: 'go on', status: 'in_progress' }] }),
    says('It went on.'),
  ])
  await using store = open()
  await using codex = new Codex({
    model: 'local/any',
    models: { 'local/any': { limits: { contextWindow: 100_000_000 } } },
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store,
  })

  const turn = await codex.resumeThread(id, { toolMode: 'direct' }).run('And now?')

  expect(turn.finalResponse).toBe('It went on.')
  expect(turn.threadUsage.output_tokens).toBeGreaterThan(TURNS)
  for (const request of provider.requests) expectWhole(request)
  expect(provider.requests[1]?.outputOf('update_plan')).toBe('Plan updated')
  const kept = await store.threads.read(id)
  expect(kept.filter(({ type }) => type === 'turn_ended')).toHaveLength(TURNS + 1)
})

/** Every prompt, output and answer is in the request, once and in its place. */
function expectWhole(request: ProviderRequest): void {
  const turns = Array.from({ length: TURNS }, (_, turn) => turn)
  const said = request.texts('user').filter((text) => text.startsWith('Prompt '))
  expect(said).toEqual(turns.map((turn) => `Prompt ${turn}`))
  expect(request.texts('assistant').slice(0, TURNS)).toEqual(turns.map((turn) => `Answer ${turn}`))
  const outputs = request.items.flatMap((item) => (item.type === 'output' ? [item.text] : []))
  expect(outputs.slice(0, TURNS)).toEqual(turns.map((turn) => `Output ${turn}`))
}
