/** Threads and records that the tests of all stores use. */

import type { ThreadId } from '../../src/protocol/ids.ts'
import type { ThreadMeta, ThreadRecord } from '../../src/protocol/thread-record.ts'

export const threadId = (id: string) => id as ThreadId
export const metaOf = (id: string): ThreadMeta => ({ id, createdAt: 1_000, workingDirectory: '/project' })
export const noUsage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
}

export const says = (text: string): ThreadRecord => ({
  type: 'response_item',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
})

export const oneOfEachRecord: readonly ThreadRecord[] = [
  { type: 'turn_started', turnId: 't1', options: { model: 'any', nested: { list: [1, null] } } },
  says('line one\nline two \u2028 with "quotes" and 😀'),
  { type: 'response_item', item: { type: 'reasoning', summary: [], encrypted_content: null } },
  {
    type: 'response_item',
    item: { type: 'function_call', call_id: 'c1', name: 'exec', arguments: '{not json' },
  },
  {
    type: 'script_call_started',
    turnId: 't1',
    scriptCallId: 'c1',
    callId: 's1',
    path: 'exec',
    input: ['ls'],
  },
  { type: 'script_call_ended', scriptCallId: 'c1', callId: 's1', status: 'done', result: { exitCode: 0 } },
  {
    type: 'approval_requested',
    request: {
      id: 'a1',
      threadId: 'x',
      turnId: 't1',
      callId: 'c1',
      tool: 'exec',
      input: {},
      workingDirectory: '/home/ann/shop',
      sandboxMode: 'read-only',
      effects: ['network'],
      reason: 'It reaches the network.',
    },
  },
  { type: 'approval_answered', id: 'a1', answer: { decision: 'denied', reason: 'no' } },
  {
    type: 'response_item',
    item: {
      type: 'function_call_output',
      call_id: 'c1',
      output: [
        { type: 'input_text', text: 'ok' },
        { type: 'input_image', image_url: 'data:,' },
      ],
      success: true,
      providerData: { provider: 'local', model: 'any', data: { deep: [true] } },
    },
  },
  { type: 'compacted', items: [{ type: 'web_search_call', status: 'completed' }] },
  { type: 'turn_ended', turnId: 't1', status: 'failed', usage: noUsage, message: 'no model' },
]
