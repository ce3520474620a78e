/** What each fault does to the socket. */

import { expect, test } from 'vitest'
import {
  calls,
  comments,
  cutsAfter,
  cutsAfterBytes,
  drips,
  drops,
  endsWithoutTerminalEvent,
  fails,
  hangs,
  inChunksOf,
  malformed,
  plays,
  refuses,
  repeatsIds,
  says,
  stalls,
  startProvider,
  withHeaders,
} from '../../src/testing/index.ts'
import {
  chunksOf,
  eventsIn,
  PATHS,
  post,
  readAll,
  requestBody,
  type SpokenWireApi,
} from '../support/model-requests.ts'

const wireApis: readonly SpokenWireApi[] = ['responses', 'chat', 'messages']

const ask = requestBody('responses')

test('a refusal has the status, the headers and the body that the step names', async () => {
  await using provider = await startProvider([
    refuses(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } }, { 'retry-after': '1' }),
    refuses(502, 'upstream is gone'),
    refuses(503),
  ])

  const typed = await post(provider, ask)
  const plain = await post(provider, ask)
  const usual = await post(provider, ask)

  expect(typed.status).toBe(429)
  expect(typed.headers.get('retry-after')).toBe('1')
  expect(await typed.json()).toEqual({ error: { message: 'slow down', code: 'rate_limit_exceeded' } })
  expect([plain.status, await plain.text()]).toEqual([502, 'upstream is gone'])
  expect([usual.status, await usual.json()]).toMatchObject([503, { error: { type: 'server_error' } }])
})

test('a dropped request gets no header', async () => {
  await using provider = await startProvider([drops(), says('second')])

  await expect(post(provider, ask)).rejects.toThrow('fetch failed')
  expect(await provider.closed(0)).toBe('provider')
  expect((await readAll(await post(provider, ask))).text).toContain('second')
})

test.each(wireApis)('on %s a cut comes right behind the number of events', async (wireApi) => {
  await using provider = await startProvider([[says('one two three'), cutsAfter(3)]], { wireApi })

  const { text, error } = await readAll(await post(provider, requestBody(wireApi), { path: PATHS[wireApi] }))

  expect(error).toBeInstanceOf(TypeError)
  expect(eventsIn(text)).toHaveLength(3)
  expect(text.endsWith('\n\n')).toBe(true)
  expect(await provider.closed(0)).toBe('provider')
})

test('a cut before the first event still sends the headers', async () => {
  await using provider = await startProvider([[says('never'), cutsAfter(0)]])

  const response = await post(provider, ask)
  const { bytes, error } = await readAll(response)

  expect(response.status).toBe(200)
  expect(bytes).toHaveLength(0)
  expect(error).toBeInstanceOf(TypeError)
})

test('a cut can come behind any byte, also inside a character', async () => {
  const whole = 'data: {"type":"x","text":"é"}\n\n'
  const insideTheCharacter = Buffer.from(whole).indexOf('é') + 1
  await using provider = await startProvider([[plays(whole), cutsAfterBytes(insideTheCharacter)]])

  const { bytes, error } = await readAll(await post(provider, ask))

  expect(bytes).toEqual(Buffer.from(whole).subarray(0, insideTheCharacter))
  expect(error).toBeInstanceOf(TypeError)
})

test('a cut behind the last byte still breaks the body', async () => {
  await using provider = await startProvider([[says('all of it'), cutsAfterBytes(1_000_000)]])

  const { text, error } = await readAll(await post(provider, ask))

  expect(eventsIn(text).at(-1)).toMatchObject({ type: 'response.completed' })
  expect(error).toBeInstanceOf(TypeError)
})

test.each(wireApis)('on %s a body can end cleanly without its terminal event', async (wireApi) => {
  await using provider = await startProvider([[says('almost'), endsWithoutTerminalEvent()]], { wireApi })

  const { text, error } = await readAll(await post(provider, requestBody(wireApi), { path: PATHS[wireApi] }))

  expect(error).toBeUndefined()
  expect(text).toContain('al')
  expect(text).not.toContain('response.completed')
  expect(text).not.toContain('"finish_reason":"stop"')
  expect(text).not.toContain('[DONE]')
})

test('a stall sends its events and then nothing, until the client goes', async () => {
  await using provider = await startProvider([[says('Hi', { deltas: 1 }), stalls(5)]])
  const client = new AbortController()

  const response = await post(provider, ask, { signal: client.signal })
  let text = ''
  const reading = (async () => {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (eventsIn(text).length === 5) client.abort()
    }
  })()

  await expect(reading).rejects.toThrow('aborted')
  expect(eventsIn(text)).toHaveLength(5)
  expect(await provider.closed(0)).toBe('client')
})

test('a hanging request gets no answer, until the client goes', async () => {
  await using provider = await startProvider([hangs()])
  const client = new AbortController()

  const response = post(provider, ask, { signal: client.signal })
  await provider.nextRequest()
  client.abort()

  await expect(response).rejects.toThrow('aborted')
  expect(await provider.closed(0)).toBe('client')
})

test('malformed bytes and comments stand where the step puts them', async () => {
  await using provider = await startProvider([
    [
      comments('PROCESSING'),
      says('one', { deltas: 1 }),
      malformed('data: {"type":'),
      says('two', { deltas: 1 }),
    ],
  ])

  const { text, error } = await readAll(await post(provider, ask))

  const marks = [
    ': PROCESSING\n\n',
    '"delta":"one"',
    'data: {"type":\n\n',
    '"delta":"two"',
    'response.completed',
  ]
  const places = marks.map((mark) => text.indexOf(mark))
  expect(error).toBeUndefined()
  expect(places).not.toContain(-1)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
})

test('a recording is played byte for byte', async () => {
  const recording = ': hello\r\n\r\ndata: {"choices":[]}\r\n\r\n'
  await using provider = await startProvider([plays(recording)], { wireApi: 'chat' })

  const { text } = await readAll(await post(provider, requestBody('chat'), { path: PATHS.chat }))

  expect(text).toBe(recording)
})

test('a body in small chunks splits what it likes, and is whole', async () => {
  const recording = 'data: {"text":"naïve 😀"}\n\n'
  await using provider = await startProvider([[plays(recording), inChunksOf(3)]])

  const chunks = await chunksOf(provider, ask)

  expect(chunks.slice(0, -1).map(({ length }) => length)).toEqual(chunks.slice(0, -1).map(() => 3))
  expect(Buffer.concat(chunks).toString('utf8')).toBe(recording)
})

test('a dripping body comes event by event', async () => {
  await using provider = await startProvider([[says('one two three'), drips(1)]])

  const chunks = await chunksOf(provider, ask)

  expect(chunks.map((chunk) => eventsIn(chunk.toString('utf8')).length)).toEqual(chunks.map(() => 1))
  expect(chunks.length).toBeGreaterThan(5)
})

test('a client that goes away stops a dripping body', async () => {
  await using provider = await startProvider([[says('one two three'), drips(60_000)]])
  const client = new AbortController()

  const response = await post(provider, ask, { signal: client.signal })
  await response.body?.getReader().read()
  client.abort()

  expect(await provider.closed(0)).toBe('client')
})

test('a response can repeat ids that an earlier one has borne', async () => {
  await using provider = await startProvider([calls('a'), calls('b'), [calls('c'), repeatsIds()]])

  const ids: unknown[] = []
  for (let request = 0; request < 3; request++) {
    const { text } = await readAll(await post(provider, ask))
    const done = eventsIn(text).find(({ type }) => type === 'response.output_item.done')
    ids.push(done?.item)
  }

  const [first, second, third] = ids
  expect(third).toMatchObject({ ...pick(first), name: 'c' })
  expect(pick(second)).not.toEqual(pick(first))
})

test('headers of a step come beside the usual ones', async () => {
  await using provider = await startProvider([
    [says('Hi'), withHeaders({ 'x-ratelimit-remaining-tokens': '7' })],
  ])

  const response = await post(provider, ask)

  expect(response.headers.get('x-ratelimit-remaining-tokens')).toBe('7')
  expect(response.headers.get('x-request-id')).toMatch(/^req_/)
  expect(response.headers.get('content-type')).toContain('text/event-stream')
})

test.each([
  ['a message beside a refusal', [says('Hi'), drops()]],
  ['two endings', [fails('a', 'b'), endsWithoutTerminalEvent()]],
  ['a message beside a recording', [says('Hi'), plays('data: {}')]],
])('a step with %s is refused at the start', async (_, step) => {
  await expect(startProvider([step])).rejects.toThrow(/^step: /)
})

test('pieces that do not join to the text are refused where they are written', () => {
  expect(() => says('one', { deltas: ['o', 'n'] })).toThrow('deltas: the pieces do not join')
  expect(() => cutsAfter(-1)).toThrow('events: ')
})

function pick(item: unknown): object {
  const { id, call_id } = item as { id: string; call_id: string }
  return { id, call_id }
}
