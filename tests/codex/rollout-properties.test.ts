/** Whatever a thread or a file of Codex's holds, it comes back from the other format as it was. */

import path from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Codex, type ThreadId } from '../../src/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import type { ThreadMeta, ThreadRecord } from '../../src/protocol/thread-record.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { noUsage, oneOfEachRecord } from '../stores/samples.ts'
import { ID, item, type Json, line, meta, payloads } from '../support/rollouts.ts'
import { tempFolder } from '../support/temp-folder.ts'

const META: ThreadMeta = {
  id: ID,
  createdAt: Date.UTC(2026, 10, 22),
  workingDirectory: '/project',
  model: 'local/any',
  source: 'greeter',
  forkedFrom: 'not-a-uuid',
  git: { branch: 'main', commit: 'a'.repeat(40), repositoryUrl: null },
}

/** Lines within, and what JSON and splitters of lines get wrong. */
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', 'a\nb', '\u2028', '😀', '<environment_context>', '{"t":1}'),
)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const mark = fc.record({
  provider: fc.constantFrom('local', 'other'),
  model: fc.constant('any'),
  data: fc.constantFrom(
    { wireApi: 'responses' },
    { wireApi: 'messages', signature: 's' },
    { wireApi: 'chat' },
    7,
  ),
})
const ours = {
  id: maybe(fc.string({ minLength: 1 })),
  turnId: maybe(text),
  agentId: maybe(text),
  providerData: maybe(mark),
}
const content = fc.array(
  fc.oneof(
    fc.record({ type: fc.constantFrom('input_text' as const, 'output_text' as const), text }),
    fc.constant({ type: 'input_image' as const, image_url: 'data:,', detail: 'high' as const }),
  ),
)
const output = fc.oneof(text, fc.array(fc.record({ type: fc.constant('input_text' as const), text })))
const called = { call_id: fc.constantFrom('c1', 'c2', 'c3') }

const anyItem: fc.Arbitrary<ResponseItem> = fc
  .oneof(
    fc.record({
      type: fc.constant('message'),
      role: fc.constantFrom('user', 'assistant', 'developer'),
      content,
      phase: maybe(fc.constantFrom('commentary', 'final_answer')),
      ...ours,
    }),
    fc.record({
      type: fc.constant('reasoning'),
      summary: fc.array(fc.record({ type: fc.constant('summary_text'), text })),
      content: maybe(fc.array(fc.record({ type: fc.constant('reasoning_text'), text }))),
      encrypted_content: maybe(fc.option(text)),
      ...ours,
    }),
    fc.record({
      type: fc.constant('function_call'),
      name: text,
      arguments: text,
      namespace: maybe(text),
      ...called,
      ...ours,
    }),
    fc.record({ type: fc.constant('custom_tool_call'), name: text, input: text, ...called, ...ours }),
    fc.record({
      type: fc.constant('function_call_output'),
      output,
      success: maybe(fc.boolean()),
      ...called,
      ...ours,
    }),
    fc.record({ type: fc.constant('custom_tool_call_output'), output, ...called, ...ours }),
    fc.record({ type: fc.constant('web_search_call'), status: maybe(text), ...ours }),
    fc.record({
      type: fc.constant('other'),
      raw: fc.constant({ type: 'novelty', id: 'n', deep: [{ a: null }] }),
      ...ours,
      id: fc.constant('n'),
    }),
  )
  // Without the fields that are undefined, as a store gives them back.
  .map((made) => JSON.parse(JSON.stringify(made)))

const anyRecord: fc.Arbitrary<ThreadRecord> = fc.oneof(
  { weight: 6, arbitrary: anyItem.map((made): ThreadRecord => ({ type: 'response_item', item: made })) },
  { weight: 2, arbitrary: fc.constantFrom(...oneOfEachRecord) },
  fc.array(anyItem).map((items): ThreadRecord => ({ type: 'compacted', items })),
  fc.constantFrom<ThreadRecord>(
    { type: 'turn_started', turnId: 't2', options: {} },
    { type: 'turn_ended', turnId: 't2', status: 'completed', usage: { ...noUsage, input_tokens: 7 } },
    { type: 'context_told', baseline: { environment: {} } },
    { type: 'script_sampled', scriptCallId: 'c1', seed: 's', clock: [[1, 2]] },
  ),
)

test('a thread that goes out and comes back has every record it had', async () => {
  await using home = await tempFolder()
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyRecord, { maxLength: 12 }), async (records) => {
      await using store = memoryStore()
      await using other = memoryStore()
      await using here = new Codex({ store })
      await using there = new Codex({ store: other })
      await using writer = await store.threads.create(META)
      await writer.append(records)

      run += 1
      const file = await here.threads.exportRollout(ID, path.join(home.path, String(run)))
      const { skipped } = await there.threads.importRollout(file)

      const back = await other.threads.read(ID as ThreadId)
      expect(JSON.parse(JSON.stringify(back))).toEqual([{ type: 'thread_meta', meta: META }, ...records])
      const unread = Object.keys(skipped).filter((type) => !/^event_msg\/(?:user|agent)_message$/.test(type))
      expect(unread).toEqual([])
    }),
    { numRuns: 60 },
  )
})

/** What later releases may add to what they keep. */
const more = fc.dictionary(
  fc.constantFrom('status', 'novel', 'annotations', 'turnId', 'agentId'),
  fc.constantFrom('x', null, [1]),
)
const part = fc.oneof(
  fc.record({ type: fc.constantFrom('input_text', 'output_text', 'encrypted_content', 'novel_part'), text }),
  fc.constant({ type: 'output_text', text: 'a', annotations: [], logprobs: [] }),
)
const anyPayload: fc.Arbitrary<Json> = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constant('message'),
        role: fc.constantFrom('user', 'assistant'),
        content: fc.array(part),
      }),
      fc.record({ type: fc.constant('reasoning'), summary: fc.array(part), content: fc.constant(null) }),
      fc.record({ type: fc.constant('function_call'), name: text, arguments: text }),
      fc.record({
        type: fc.constant('web_search_call'),
        action: fc.constantFrom({ type: 'search', query: 'q' }, null),
      }),
      fc.record({ type: fc.constantFrom('novelty', 'compaction', 'agent_message'), text }),
    ),
    more,
  )
  .map(([payload, added]): Json => ({ ...payload, ...added }))

test("a file of Codex's that comes in and goes out has the bytes of every item it had", async () => {
  await using home = await tempFolder()
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyPayload, { maxLength: 10 }), async (made) => {
      const items = made.map((payload, index) =>
        payload.type === 'function_call' ? { ...payload, call_id: `c${index}` } : payload,
      )
      run += 1
      const folder = path.join(home.path, String(run))
      await using codex = new Codex({ store: memoryStore() })
      await using files = await tempFolder({
        'in.jsonl': [meta(), line('turn_context', { model: 'any' }), ...items.map(item)].join('\n'),
      })

      await codex.threads.importRollout(path.join(files.path, 'in.jsonl'))
      const file = await codex.threads.exportRollout(ID, folder)

      const back = await payloads(file, 'response_item')
      expect(back.map((payload) => JSON.stringify(payload))).toEqual(
        items.map((payload) => JSON.stringify(payload)),
      )
    }),
    { numRuns: 60 },
  )
})
