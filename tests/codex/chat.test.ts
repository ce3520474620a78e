/** One call to a model, outside any thread. */

import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Codex, defineTool } from '../../src/index.ts'
import { ScriptRunner } from '../../src/script.ts'
import { memoryStore } from '../../src/stores/index.ts'
import {
  calls,
  cutsAfter,
  fails,
  hangs,
  incomplete,
  refuses,
  says,
  stalls,
  thinks,
  uses,
  withHeaders,
} from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'
import { PICTURES } from '../support/pictures.ts'

const wires = ['responses', 'chat', 'messages'] as const
const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe.each(wires)('over %s', (wireApi) => {
  const provider = { wireApi }

  test('a prompt is answered with its text and what it cost, and no thread is kept', async () => {
    await using at = await bench(
      [
        [
          thinks('Tea, of course.'),
          says('Tea.'),
          uses({ input_tokens: 100, output_tokens: 10 }),
          withHeaders({ 'x-request-id': 'r-1', 'request-id': 'r-1' }),
        ],
      ],
      { provider, models: { house: { model: 'local/any', price: { input: 10_000, output: 100_000 } } } },
    )

    const answer = await at.codex.chat({
      model: 'house',
      prompt: 'Tea or coffee?',
      instructions: 'Be brief.',
    })

    expect(answer).toMatchObject({
      text: 'Tea.',
      usage: { input_tokens: 100, output_tokens: 10 },
      costUsd: 2,
      model: 'house',
      finishReason: 'stop',
      requestId: 'r-1',
    })
    expect(answer).not.toHaveProperty('output')
    const [request] = at.provider.requests
    expect(request?.toolNames).toEqual([])
    expect(request?.texts('user')).toEqual(['Tea or coffee?'])
    expect(request?.text).toContain('Be brief.')
    expect(request?.text).not.toContain('prompt_cache_key')
    expect(await at.codex.threads.list()).toEqual([])
  })

  test('messages are a conversation, images included', async () => {
    await using at = await bench([says('Grey.')], { provider })
    const image = path.join(at.folder.path, 'shot.png')
    await writeFile(image, PICTURES['image/png'])

    await at.codex.chat({
      messages: [
        { role: 'user', content: 'I show you a picture.' },
        { role: 'assistant', content: 'Please do.' },
        {
          role: 'user',
          content: [
            { type: 'local_image', path: image },
            { type: 'text', text: 'Which colour?' },
          ],
        },
      ],
    })

    const [request] = at.provider.requests
    expect(request?.texts('assistant')).toEqual(['Please do.'])
    expect(request?.texts('user').join()).toMatch(/^I show you a picture\..*Which colour\?/s)
    expect(request?.text).toMatch(/iVBORw0KGgo/)
  })

  test('an answer of a shape is asked for, checked and given as data', async () => {
    await using at = await bench([says('{"hour":4}'), says('{"hour":"four"}'), says('four')], { provider })
    const schema = z.object({ hour: z.number(), drink: z.string().default('tea') })
    const asked = { prompt: 'When?', schema: schema.pick({ hour: true }) }

    const { output } = await at.codex.chat(asked)
    const misfit = await failure(at.codex.chat(asked))
    const prose = await failure(at.codex.chat(asked))

    expect(output.hour).toBe(4)
    expect(at.provider.requests[0]?.text).toContain('json_schema')
    expect(misfit).toMatchObject({
      name: 'OutputSchemaError',
      code: 'output_schema',
      message: expect.stringContaining('hour'),
      turn: { finalResponse: '{"hour":"four"}' },
    })
    expect(prose).toMatchObject({ code: 'output_schema', turn: { finalResponse: 'four' } })
  })

  test('a signal closes the socket and rejects as a stopped turn does', async () => {
    await using at = await bench([[says('Tea is'), stalls()]], { provider })
    const stop = new AbortController()
    const asked = at.codex.chat({ prompt: 'Why tea?', signal: stop.signal })
    await at.provider.nextRequest()

    const stopped = failure(asked)
    stop.abort(new Error('enough'))

    expect(await stopped).toMatchObject({ name: 'AbortError', code: 'aborted', reason: 'interrupted' })
    expect(await at.provider.closed(0)).toBe('client')
  })

  test('a stream that breaks is asked for again, and only the whole answer counts', async () => {
    await using at = await bench([[says('Half an ans'), cutsAfter(4)], says('Whole.')], { provider })

    const { text } = await at.codex.chat({ prompt: 'Go.' })

    expect(text).toBe('Whole.')
    expect(at.provider.requests[1]?.text).toBe(at.provider.requests[0]?.text)
  })

  test('an answer that is cut short by its limit is an error that says so', async () => {
    const reason = { responses: 'max_output_tokens', chat: 'length', messages: 'max_tokens' }[wireApi]
    await using at = await bench([[says('Tea is'), incomplete(reason)]], { provider })

    const error = await failure(
      at.codex.chat({ prompt: 'Why?', maxOutputTokens: 20, modelReasoningEffort: 'low' }),
    )

    expect(error).toMatchObject({ code: 'response_incomplete', reason })
    expect(Object.values(at.provider.requests[0]?.body ?? {})).toContain(20)
    expect(at.provider.requests[0]?.text).toContain('"low"')
  })
})

test('retries end, and the failure is the provider’s', async () => {
  await using at = await bench([], {
    provider: { whenScriptEnds: [says('Half'), fails('server_error', 'It broke.')] },
  })

  const error = await failure(at.codex.chat({ prompt: 'Go.' }))

  expect(error).toMatchObject({ code: 'response_failed', provider: 'local' })
  expect(at.provider.requests).toHaveLength(2)
})

describe('in a tool', () => {
  const asks = (seen: unknown[], options: object = {}) => {
    const judge = defineTool({
      name: 'judge',
      description: 'Asks a model.',
      input: z.object({ text: z.string() }),
      effects: [],
      async run({ text }, { chat }) {
        const asked = chat({ prompt: text, schema: z.object({ isGood: z.boolean() }), ...options })
        asked.catch((error: unknown) => seen.push(error))
        const { output, model } = await asked
        seen.push(model)
        return output.isGood ? 'good' : 'bad'
      },
    })
    return [{ slug: 'court', tools: [judge] }]
  }
  const script = [calls('judge', { text: 'Tea?' }), says('{"isGood":true}'), says('It is good.')]

  test('a call asks the model of the turn, outside its thread', async () => {
    const seen: unknown[] = []
    await using at = await bench(script, { packs: asks(seen) })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })

    const turn = await thread.run('Is tea good?', { model: 'local/other' })

    expect(turn.finalResponse).toBe('It is good.')
    expect(seen).toEqual(['local/other'])
    expect(at.provider.requests.map(({ body }) => body.model)).toEqual(['other', 'other', 'other'])
    expect(at.provider.requests[1]?.texts('user')).toEqual(['Tea?'])
    expect(at.provider.requests[2]?.outputOf('judge')).toBe('good')
  })

  test('it is stopped with its turn', async () => {
    const seen: unknown[] = []
    await using at = await bench([calls('judge', { text: 'Tea?' }), hangs()], { packs: asks(seen) })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })
    const run = thread.run('Is tea good?')
    await at.provider.nextRequest()
    await at.provider.nextRequest()

    await thread.interrupt()

    expect(await failure(run.finally())).toMatchObject({ code: 'aborted' })
    expect(await at.provider.closed(1)).toBe('client')
    expect(seen).toMatchObject([{ code: 'aborted' }])
  })

  test('a script without an agent has no model to ask', async () => {
    const seen: unknown[] = []
    await using runner = new ScriptRunner({ packs: asks(seen) })

    const result = await runner.run("return await tools.judge({ text: 'Tea?' })")

    expect(result).toMatchObject({ ok: false, error: { kind: 'tool' } })
    expect(seen).toMatchObject([{ code: 'chat_unavailable' }])
  })
})

test('closing the Codex stops its calls, and none begins afterwards', async () => {
  await using at = await bench([hangs()])
  const stopped = failure(at.codex.chat({ prompt: 'Go.' }))
  await at.provider.nextRequest()

  await at.codex.close()

  expect(await stopped).toMatchObject({ code: 'aborted', reason: 'closed' })
  expect(await at.provider.closed(0)).toBe('client')
  expect(await failure(at.codex.chat({ prompt: 'Go.' }))).toMatchObject({ option: 'codex' })
})

test('a signal that was aborted before sends nothing', async () => {
  await using at = await bench([])

  const error = await failure(at.codex.chat({ prompt: 'Go.', signal: AbortSignal.abort() }))

  expect(error).toMatchObject({ code: 'aborted', turn: { finalResponse: '', threadId: '' } })
  expect(at.provider.requests).toHaveLength(0)
})

test('where a model fails for good, the next of its chain answers, with retries of its own', async () => {
  await using at = await bench([refuses(429), [says('I c'), cutsAfter(3)], says('I can.')], {
    models: { main: { model: 'local/a', fallback: ['local/b'] } },
  })

  const answer = await at.codex.chat({ model: 'main', prompt: 'Who can?' })

  expect(answer).toMatchObject({ text: 'I can.', model: 'local/b' })
  expect(at.provider.requests.map(({ body }) => body.model)).toEqual(['a', 'b', 'b'])
})

test('what a model cost that failed for good is estimated, where its provider had not said it', async () => {
  await using at = await bench([
    [says('I could say'), cutsAfter(6)],
    [says('Tea.'), uses({ output_tokens: 5 })],
  ])
  const { url } = at.provider
  await using codex = new Codex({
    providers: {
      frail: { baseUrl: url, streamRetriesMax: 0 },
      local: { baseUrl: url, apiKey: 'test-key' },
    },
    models: { main: { provider: 'frail', model: 'a', fallback: ['local/b'] } },
    store: memoryStore(),
  })

  const answer = await codex.chat({ model: 'main', prompt: 'Tea?' })

  expect(answer).toMatchObject({ text: 'Tea.', isUsageEstimated: true })
  expect(answer.usage?.output_tokens).toBeGreaterThan(5)
})

test('a secret of the host is neither sent nor given back', async () => {
  await using at = await bench([says('You said test-key.')])

  const { text } = await at.codex.chat({ prompt: 'My key is test-key.' })

  expect(text).not.toContain('test-key')
  expect(at.provider.requests[0]?.text).not.toContain('test-key')
})

test('a temperature is that of this call, in place of the model’s', async () => {
  await using at = await bench([says('Tea.')], { models: { warm: { model: 'local/any', temperature: 1 } } })

  await at.codex.chat({ model: 'warm', prompt: 'Go.', temperature: 0.5 })

  expect(at.provider.requests[0]?.body).toMatchObject({ temperature: 0.5 })
})

test('calls that a model makes although it was given no tool are not carried out', async () => {
  await using at = await bench([[says('Half'), cutsAfter(5)], calls('exec', { source: 'return 1' })])

  const answer = await at.codex.chat({ prompt: 'Go.' })

  expect(answer).toMatchObject({ text: '', finishReason: 'tool_calls' })
  expect(at.provider.requests).toHaveLength(2)
})

test.each<[string, object, string]>([
  ['neither prompt nor messages', {}, 'prompt'],
  ['both of them', { prompt: 'a', messages: [{ role: 'user', content: 'b' }] }, 'prompt'],
  ['an empty prompt', { prompt: '' }, 'prompt'],
  ['no message', { messages: [] }, 'messages'],
  ['another role', { messages: [{ role: 'system', content: 'a' }] }, 'messages.0.role'],
  ['a message without a role', { messages: [{ content: 'a' }] }, 'messages.0.role'],
  ['a word that is none', { messages: [{ role: 'user', text: 'a' }] }, 'messages.0.text'],
  [
    'an image that the assistant says',
    { messages: [{ role: 'assistant', content: [{ type: 'local_image', path: 'a' }] }] },
    'messages.0.content',
  ],
  ['the last word to the assistant', { messages: [{ role: 'assistant', content: 'a' }] }, 'messages.0.role'],
  ['a schema that is none', { prompt: 'a', schema: 1 }, 'schema'],
  ['a schema that leads nowhere', { prompt: 'a', schema: { $ref: '#/$defs/none' } }, 'schema'],
  ['an option that is none', { prompt: 'a', tools: [] }, 'tools'],
  ['an image that is not there', { prompt: [{ type: 'local_image', path: 'none.png' }] }, 'input'],
  ['a provider without a key', { prompt: 'a', model: 'openai/gpt-5-nano' }, 'providers.openrouter.apiKey'],
])('options that cannot be meant are named: %s', async (_, options, option) => {
  await using at = await bench([], { env: {} })

  const error = await failure(at.codex.chat(options))

  expect(error).toMatchObject({ code: 'bad_option', option })
  expect(at.provider.requests).toHaveLength(0)
})
