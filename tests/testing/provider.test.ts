/** How a test works with the provider: requests, waiting, the end of the script, and its own end. */

import { expect, test } from 'vitest'
import {
  calls,
  ProviderViolationsError,
  refuses,
  says,
  startProvider,
  thinks,
  withHeaders,
} from '../../src/testing/index.ts'
import { PATHS, post, readAll, requestBody } from '../support/model-requests.ts'

const ask = requestBody('responses')

/** A conversation with one call, in both spellings. */
const conversation = {
  responses: requestBody('responses', {
    instructions: 'Be brief.',
    tools: [{ type: 'function', name: 'read_file', parameters: { type: 'object', properties: {} } }],
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Read it.' }] },
      { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Look first.' }] },
      { type: 'function_call', call_id: 'call_1', name: 'read_file', arguments: '{"path":"plan.md"}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'no such file' },
    ],
  }),
  chat: requestBody('chat', {
    tools: [
      { type: 'function', function: { name: 'read_file', parameters: { type: 'object', properties: {} } } },
    ],
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Read it.' }] },
      {
        role: 'assistant',
        content: null,
        reasoning: 'Look first.',
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'read_file', arguments: '{"path":"plan.md"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'no such file' },
    ],
  }),
  messages: requestBody('messages', {
    tools: [{ name: 'read_file', input_schema: { type: 'object', properties: {} } }],
    system: [{ type: 'text', text: 'Be brief.' }],
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Read it.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Look first.', signature: 'sig' },
          { type: 'tool_use', id: 'call_1', name: 'read_file', input: { path: 'plan.md' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'no such file' }],
      },
    ],
  }),
}

test.each(['responses', 'chat', 'messages'] as const)(
  'a test reads a %s request in words that all wire APIs share',
  async (wireApi) => {
    await using provider = await startProvider([says('Hi')], { wireApi })

    await post(provider, conversation[wireApi], { path: PATHS[wireApi], headers: { 'X-Own': 'yes' } })

    const [request] = provider.requests
    expect(request?.items).toEqual([
      { type: 'message', role: 'system', text: 'Be brief.' },
      { type: 'message', role: 'user', text: 'Read it.' },
      { type: 'reasoning', text: 'Look first.' },
      { type: 'call', kind: 'function', callId: 'call_1', name: 'read_file', input: '{"path":"plan.md"}' },
      { type: 'output', callId: 'call_1', text: 'no such file' },
    ])
    expect(request?.outputOf('read_file')).toBe('no such file')
    expect(request?.outputOfCall('call_1')).toBe('no such file')
    expect(request?.outputOf('list_dir')).toBeUndefined()
    expect(request?.texts('user')).toEqual(['Read it.'])
    expect(request?.toolNames).toEqual(['read_file'])
    expect(request).toMatchObject({
      index: 0,
      method: 'POST',
      path: `/v1${PATHS[wireApi]}`,
      headers: { 'x-own': 'yes' },
    })
    expect(request?.body).toEqual(conversation[wireApi])
  },
)

test('each request takes the next step', async () => {
  await using provider = await startProvider([says('first'), says('second')])

  const first = await readAll(await post(provider, ask))
  const second = await readAll(await post(provider, ask))

  expect(first.text).toContain('first')
  expect(second.text).toContain('second')
  expect(provider.stepsLeft).toBe(0)
})

test('a step can be a function of the request', async () => {
  await using provider = await startProvider([
    async (request) =>
      says(`You said ${request.texts('user').join()} in request ${request.index}`, { deltas: 1 }),
  ])

  const { text } = await readAll(await post(provider, ask))

  expect(text).toContain('You said Hello in request 0')
})

test('a step that throws fails its request with the reason', async () => {
  await using provider = await startProvider(
    [
      () => {
        throw new Error('nothing to say')
      },
    ],
    { strict: false },
  )

  const response = await post(provider, ask)

  expect(response.status).toBe(400)
  expect(await response.text()).toContain('nothing to say')
})

test('a request beyond the script is refused with its number, and disposing throws', async () => {
  const provider = await startProvider([says('only')])
  await readAll(await post(provider, ask))

  const response = await post(provider, ask)

  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    error: { code: 'script', message: expect.stringContaining('request 2') },
  })
  await expect(provider[Symbol.asyncDispose]()).rejects.toThrow('request 2')
})

test('a script can begin again, or go on with one step', async () => {
  await using looping = await startProvider([says('ping'), says('pong')], { whenScriptEnds: 'repeat' })
  await using constant = await startProvider([], { whenScriptEnds: says('always') })

  const said: string[] = []
  for (let request = 0; request < 4; request++) {
    const { text } = await readAll(await post(looping, ask))
    said.push(text.includes('"text":"ping"') ? 'ping' : 'pong')
  }
  const { text } = await readAll(await post(constant, ask))

  expect(said).toEqual(['ping', 'pong', 'ping', 'pong'])
  expect(text).toContain('always')
})

test('a refused request takes no step', async () => {
  await using provider = await startProvider([says('for a right request')], { strict: false })

  const wrong = await post(provider, requestBody('responses', { stream: false }))
  const right = await readAll(await post(provider, ask))

  expect(wrong.status).toBe(400)
  expect(right.text).toContain('for a right request')
})

test('disposing throws what was refused, as an error that names each rule', async () => {
  const provider = await startProvider([says('Hi')])
  await post(provider, requestBody('responses', { stream: false }))

  const disposed = provider[Symbol.asyncDispose]()

  await expect(disposed).rejects.toBeInstanceOf(ProviderViolationsError)
  await expect(disposed).rejects.toThrow(/request 1: \[stream\]/)
})

test('a refusal that the script asks for is no violation', async () => {
  await using provider = await startProvider([refuses(400)])

  const response = await post(provider, ask)

  expect(response.status).toBe(400)
  expect(provider.violations).toEqual([])
})

test('nextRequest gives each request once, whether it has come or is still to come', async () => {
  await using provider = await startProvider([says('one'), says('two')])
  await post(provider, requestBody('responses', { input: 'first' }))
  const first = await provider.nextRequest()

  const coming = provider.nextRequest()
  await post(provider, requestBody('responses', { input: 'second' }))
  const second = await coming

  expect([first.texts('user'), second.texts('user')]).toEqual([['first'], ['second']])
})

test('waiting for a request ends with its signal, and the request goes to the next who waits', async () => {
  await using provider = await startProvider([says('one')])
  const waiting = new AbortController()

  const given = provider.nextRequest({ signal: waiting.signal })
  waiting.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  await post(provider, ask)

  expect((await provider.nextRequest()).index).toBe(0)
})

test('a whole response is closed by the provider', async () => {
  await using provider = await startProvider([says('one')])

  const closed = provider.closed(0)
  await readAll(await post(provider, ask))

  expect(await closed).toBe('provider')
})

test('disposing closes what is open, and a second time does nothing', async () => {
  const provider = await startProvider([() => new Promise(() => {})])
  const response = post(provider, ask)
  await provider.nextRequest()

  await provider[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()

  await expect(response).rejects.toThrow('fetch failed')
  await expect(post(provider, ask)).rejects.toThrow('fetch failed')
})

test('two providers never make the same id', async () => {
  const step = [thinks('Look.'), calls('read_file')]
  await using one = await startProvider([step])
  await using other = await startProvider([step])

  const texts = await Promise.all(
    [one, other].map(async (provider) => (await readAll(await post(provider, ask))).text),
  )

  const [first, second] = texts.map((text) => [...new Set(text.match(/(call|rs|fc|resp)_\w+_\d+/g))])
  expect(first).toHaveLength(4)
  expect(first?.filter((id) => second?.includes(id))).toEqual([])
})

test('it listens on loopback alone', async () => {
  await using provider = await startProvider([])

  expect(new URL(provider.url).hostname).toBe('127.0.0.1')
  expect(provider.url.endsWith('/v1')).toBe(true)
})

test('a header that cannot be sent fails the test, not just the connection', async () => {
  const provider = await startProvider([[says('Hi'), withHeaders({ 'not a header': 'x' })]])

  await expect(post(provider, ask)).rejects.toThrow('fetch failed')

  await expect(provider[Symbol.asyncDispose]()).rejects.toThrow('not a header')
})
