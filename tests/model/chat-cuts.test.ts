/** A recorded Chat stream may be cut at any of its bytes, whoever sends it. */

import { expect, test } from 'vitest'
import { createDecoder } from '../../src/model/chat/decode.ts'
import type { ChatProfileName } from '../../src/model/chat/profile-names.ts'
import { chatProfiles } from '../../src/model/chat/profiles.ts'
import type { ModelEvent } from '../../src/model/index.ts'
import { type CutKind, readCut } from '../support/cut-streams.ts'
import { gist } from '../support/model-client.ts'
import { chatRecordings, recordedChat } from '../support/recorded-streams.ts'

const streams: readonly (readonly [ChatProfileName, string])[] = [
  ['openai', chatRecordings.openai],
  ['openrouter', recordedChat],
  ['gemini', chatRecordings.gemini],
  ['deepseek', chatRecordings.deepseek],
  ['qwen', chatRecordings.qwen],
  ['ollama', chatRecordings.ollama],
  ['llamacpp', chatRecordings.llamacpp],
  ['vllm', chatRecordings.vllm],
  ['generic', chatRecordings.oneChunk],
]
const cuts = streams.flatMap(([name, stream]) =>
  (['break', 'end'] as const).map((how) => ({ name, stream, how })),
)

const read = (name: ChatProfileName, bytes: Uint8Array, how: CutKind) =>
  readCut('chat', (context) => createDecoder(context, chatProfiles[name]), bytes, how)

/** Without the ids that are made anew where a server sends none. */
function shown(events: readonly ModelEvent[]): unknown[] {
  return gist(events).map((each) => JSON.parse(JSON.stringify(each).replaceAll(/call_[0-9a-f]{32}/g, 'made')))
}

test.each(cuts)('$name: cut at any byte, $how', { timeout: 60_000 }, async ({ name, stream, how }) => {
  const bytes = Buffer.from(stream)
  const whole = await read(name, bytes, 'end')
  expect(whole.error).toBeNull()
  const right = shown(whole.events)
  const hasUsage = stream.includes('"usage"')
  let completed = 0

  for (let length = 0; length < bytes.length; length++) {
    const { events, error } = await read(name, bytes.subarray(0, length), how)
    if (error !== null) {
      expect(error).toMatchObject({ code: 'stream_interrupted' })
      expect(events.some(({ type }) => type === 'completed')).toBe(false)
      continue
    }
    completed++
    const items = shown(events)
    // Usage that is a chunk of its own may be lost with the end of the body, and nothing else.
    const last = events.at(-1)
    const isCounted = !hasUsage || (last?.type === 'completed' && last.usage !== null)
    expect(isCounted ? items : items.slice(0, -1)).toEqual(isCounted ? right : right.slice(0, -1))
  }

  // Only what stands behind the reason to stop may be missing.
  const lastWord = bytes.length - bytes.lastIndexOf('"finish_reason"', bytes.lastIndexOf('finish_reason":"'))
  expect(completed).toBeLessThanOrEqual(lastWord)
})
