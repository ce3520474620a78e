/** Conversations that grow too long: at the model's limit, on request, and when the provider says so. */

import { expect, test } from 'vitest'
import type { ThreadEvent } from '../../src/index.ts'
import { calls, refuses, says, uses } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const
const models = { small: { provider: 'local', model: 'any', limits: { autoCompactTokenLimit: 5_000 } } }
const READ = calls('read_file', { file_path: 'a.txt' })
const files = { 'a.txt': 'content of a\n' }

async function eventsOf(run: AsyncIterable<ThreadEvent>): Promise<ThreadEvent[]> {
  return await Array.fromAsync(run)
}

test('pain 19: between two steps, past the limit, a summary takes the place of calls and outputs', async () => {
  await using at = await bench(
    [
      [READ, uses({ input_tokens: 6_000 })],
      [says('I had read a.txt.'), uses({ input_tokens: 6_100, output_tokens: 20 })],
      [says('It says: content of a.'), uses({ input_tokens: 900, output_tokens: 10 })],
    ],
    { models, model: 'small', files },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const run = thread.run('What does a.txt say?')
  const events = await eventsOf(run)
  const turn = await run

  const [, summary, after] = at.provider.requests
  expect(summary?.body.tools ?? []).toEqual([])
  expect(summary?.text).toContain('content of a')
  expect(after?.text).toContain('I had read a.txt.')
  expect(after?.text).toContain('What does a.txt say?')
  expect(after?.text).not.toContain('function_call_output')
  expect(events.filter(({ type }) => type === 'history.changed')).toEqual([
    { type: 'history.changed', reason: 'compacted' },
  ])
  expect(turn.finalResponse).toBe('It says: content of a.')
  expect(turn.usage?.input_tokens).toBe(13_000)
})

test('a resumed thread goes on from the summary', async () => {
  await using at = await bench([says('one'), says('the summary'), says('two')], { files })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  await thread.run('first')

  await thread.compact()
  await thread.close()
  await at.codex.resumeThread(thread.id).run('second')

  const last = at.provider.requests[2]?.text ?? ''
  expect(last).toContain('the summary')
  expect(last).toContain('first')
  expect(last).not.toContain('"one"')
})

test('pain 19: a summary that fails leaves the conversation as it is, and says so', async () => {
  await using at = await bench(
    [
      [READ, uses({ input_tokens: 6_000 })],
      refuses(400, { error: { message: 'not today' } }),
      [says('done'), uses({ input_tokens: 6_000 })],
    ],
    { models, model: 'small', files },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const run = thread.run('go')
  const events = await eventsOf(run)

  expect(events).toContainEqual({
    type: 'error',
    message: expect.stringMatching(/could not be compacted, and stays as it is: .*not today/),
  })
  expect(at.provider.requests[2]?.outputOf('read_file')).toContain('content of a')
  expect((await run).finalResponse).toBe('done')
})

const OVERFLOW = refuses(400, {
  error: { code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.' },
})

test('pain 20: a request that is too long for the provider is compacted once, then sent again', async () => {
  await using at = await bench([READ, OVERFLOW, says('the summary'), says('done')], { files })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const turn = await thread.run('go')

  expect(turn.finalResponse).toBe('done')
  expect(at.provider.requests).toHaveLength(4)
})

test('a conversation that is too long even then ends with the typed error', async () => {
  await using at = await bench([READ, OVERFLOW, says('the summary'), OVERFLOW], { files })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await thread.run('go').catch((caught: unknown) => caught)

  expect(error).toMatchObject({ code: 'context_overflow' })
  expect(at.provider.requests).toHaveLength(4)
})

test('pain 20: one that is too long to be summarised loses its oldest items first', async () => {
  await using at = await bench([says('one'), OVERFLOW, OVERFLOW, says('the summary'), says('two')], { files })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  await thread.run('first')

  await thread.compact()
  const turn = await thread.run('second')

  expect(turn.finalResponse).toBe('two')
})

test('an interrupted compaction changes nothing', async () => {
  await using at = await bench([says('one'), says('the summary'), says('two')], { files })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  await thread.run('first')

  const stopped = await thread.compact({ signal: AbortSignal.abort() }).catch((error: unknown) => error)

  expect(stopped).toMatchObject({ name: 'AbortError' })
  await thread.run('second')
  expect(at.provider.requests.at(-1)?.text).toContain('one')
})

test('there is nothing to compact before the first run', async () => {
  await using at = await bench([])

  await expect(at.codex.startThread().compact()).rejects.toThrow(/compact: the thread has not been run yet/)
})
