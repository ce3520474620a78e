/** Each quirk of a profile is needed: without it, the case that was recorded for it goes wrong. */

import { describe, expect, test } from 'vitest'
import { createChatClient } from '../../src/model/chat/client.ts'
import { type ChatProfile, plainProfile } from '../../src/model/chat/profile.ts'
import type { ChatProfileName } from '../../src/model/chat/profile-names.ts'
import { chatProfiles } from '../../src/model/chat/profiles.ts'
import type { ModelEvent, ModelRequest } from '../../src/model/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import { eventsOf, failureOf, itemsDone, requestWith, user } from '../support/model-client.ts'
import { chatRecordings, recordedChat } from '../support/recorded-streams.ts'
import { chatStream, sends, startSseServer } from '../support/sse-server.ts'

type Quirk = Exclude<keyof ChatProfile, 'name'>
type Body = Record<string, unknown> & { readonly messages: readonly Record<string, unknown>[] }

interface QuirkCase {
  readonly quirk: Quirk
  readonly title: string
  /** All profiles that have the quirk, unless told. */
  readonly of?: readonly ChatProfileName[]
  /** Throws where the quirk is not there. */
  readonly holds: (profile: ChatProfile) => Promise<void>
}

async function withServer<Result>(
  profile: ChatProfile,
  stream: string,
  run: (client: Awaited<ReturnType<typeof createChatClient>>) => Promise<Result>,
): Promise<{ result: Result; body: Body }> {
  await using server = await startSseServer(sends(stream))
  const config = { name: 'local', baseUrl: server.url, apiKey: undefined, wireApi: 'chat' } as const
  const result = await run(await createChatClient({ ...config, requestRetriesMax: 0 }, profile))
  return { result, body: server.requests[0]?.body as Body }
}

async function eventsFrom(profile: ChatProfile, stream: string): Promise<ModelEvent[]> {
  return (await withServer(profile, stream, (client) => eventsOf(client))).result
}

async function errorFrom(profile: ChatProfile, stream: string): Promise<unknown> {
  const { result } = await withServer(profile, stream, (client) => failureOf(client))
  return result.error
}

async function sentBy(profile: ChatProfile, request: Partial<ModelRequest>): Promise<Body> {
  const { body } = await withServer(profile, chatRecordings.openai, (client) =>
    eventsOf(client, requestWith(request)),
  )
  return body
}

/** What is sent after the response of a stream, with all of its calls answered. */
async function sentAfter(profile: ChatProfile, stream: string): Promise<Body> {
  const items = itemsDone(await eventsFrom(profile, stream))
  const outputs = items.flatMap((item): ResponseItem[] =>
    item.type === 'function_call'
      ? [{ type: 'function_call_output', call_id: item.call_id, output: 'ok' }]
      : [],
  )
  return await sentBy(profile, { input: [user('hi'), ...items, ...outputs] })
}

async function completedBy(profile: ChatProfile, stream: string) {
  const last = (await eventsFrom(profile, stream)).at(-1)
  if (last?.type !== 'completed') throw new Error('The response is not complete.')
  return last
}

async function callsFrom(profile: ChatProfile, stream: string): Promise<string[]> {
  const items = itemsDone(await eventsFrom(profile, stream))
  return items.flatMap((item) => (item.type === 'function_call' ? [`${item.name}(${item.arguments})`] : []))
}

const parameters = {
  type: 'object',
  properties: {
    n: { type: 'integer', default: 1 },
    default: { type: 'string', enum: ['default'] },
  },
  required: ['default'],
  additionalProperties: false,
}
const view = { type: 'function', name: 'view', description: 'View.', parameters, strict: true } as const
const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }

/** An effort, and the words in which a profile asks for it. */
const EFFORTS: Partial<
  Record<ChatProfileName, readonly [NonNullable<NonNullable<ModelRequest['reasoning']>['effort']>, object]>
> = {
  openrouter: ['persistent', { reasoning: { effort: 'max' } }],
  gemini: ['xhigh', { reasoning_effort: 'high' }],
  deepseek: ['medium', { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
  qwen: ['none', { enable_thinking: false }],
  ollama: ['minimal', { reasoning_effort: 'low' }],
  llamacpp: ['none', { chat_template_kwargs: { enable_thinking: false } }],
  vllm: ['max', { reasoning_effort: 'high' }],
}

const cases: readonly QuirkCase[] = [
  {
    quirk: 'outputLimitField',
    title: 'the bound of the output has its old name',
    async holds(profile) {
      const body = await sentBy(profile, { maxOutputTokens: 100 })

      expect(body).toMatchObject({ max_tokens: 100 })
      expect(body).not.toHaveProperty('max_completion_tokens')
    },
  },
  {
    quirk: 'takesPromptCacheKey',
    title: 'no key of a cache is sent',
    async holds(profile) {
      expect(await sentBy(profile, { promptCacheKey: 'thread' })).not.toHaveProperty('prompt_cache_key')
    },
  },
  {
    quirk: 'reasoningRequest',
    title: 'an effort is asked for in words of its own',
    async holds(profile) {
      const [effort, words] = EFFORTS[profile.name] ?? []

      const body = await sentBy(profile, effort === undefined ? {} : { reasoning: { effort } })

      const { reasoning, reasoning_effort, thinking, enable_thinking, chat_template_kwargs } = body
      const said = { reasoning, reasoning_effort, thinking, enable_thinking, chat_template_kwargs }
      expect(JSON.parse(JSON.stringify(said))).toEqual(words)
    },
  },
  {
    quirk: 'hasCacheMarks',
    title: "Anthropic's models are told what to cache, up to where the next request will differ",
    async holds(profile) {
      const input: ResponseItem[] = [
        { ...user('hi'), turnId: 't' },
        { type: 'function_call', call_id: 'c', name: 'view', arguments: '{}', turnId: 't' },
        { type: 'function_call_output', call_id: 'c', output: 'ok', turnId: 't' },
        user('hi'),
      ]

      const { messages } = await sentBy(profile, { model: 'anthropic/claude-haiku-4.5', input })

      const marked = (text: string) => [{ type: 'text', text, cache_control: { type: 'ephemeral' } }]
      expect(messages.map(({ content }) => content)).toEqual([
        marked('Be brief.'),
        marked('hi'),
        null,
        marked('ok'),
        'hi',
      ])
      expect(JSON.stringify(await sentBy(profile, { input }))).not.toContain('cache_control')
    },
  },
  {
    quirk: 'parallelCalls',
    title: 'nothing is said of parallel calls',
    of: ['gemini'],
    async holds(profile) {
      const body = await sentBy(profile, { tools: [view], parallelToolCalls: false })

      expect(body).not.toHaveProperty('parallel_tool_calls')
    },
  },
  {
    quirk: 'parallelCalls',
    title: 'parallel calls have to be asked for',
    of: ['qwen'],
    async holds(profile) {
      expect(await sentBy(profile, { tools: [view] })).toMatchObject({ parallel_tool_calls: true })
    },
  },
  {
    quirk: 'strictTools',
    title: 'no tool is strict',
    async holds(profile) {
      expect(JSON.stringify((await sentBy(profile, { tools: [view] })).tools)).not.toContain('strict')
    },
  },
  {
    quirk: 'schema',
    title: 'schemas have no default, though a property may be called so',
    async holds(profile) {
      const { tools } = await sentBy(profile, { tools: [view] })
      const { response_format } = await sentBy(profile, { outputSchema: parameters })

      const properties = { n: { type: 'integer' }, default: { type: 'string', enum: ['default'] } }
      expect(tools).toMatchObject([{ function: { parameters: { properties } } }])
      expect(JSON.stringify([tools, response_format])).not.toContain('"default":1')
    },
  },
  {
    quirk: 'outputFormat',
    title: 'a schema is told in words beside the plain format of JSON',
    async holds(profile) {
      const { response_format, messages } = await sentBy(profile, { outputSchema: schema })

      expect(response_format).toEqual({ type: 'json_object' })
      expect(messages[0]?.content).toContain(`Be brief.\n\n`)
      expect(messages[0]?.content).toContain(JSON.stringify(schema))
    },
  },
  {
    quirk: 'formatWithTools',
    title: 'beside tools, a schema is told in words alone',
    async holds(profile) {
      const body = await sentBy(profile, { outputSchema: schema, tools: [view] })

      expect(body).not.toHaveProperty('response_format')
      expect(body.messages[0]?.content).toContain(JSON.stringify(schema))
    },
  },
  {
    quirk: 'systemMessages',
    title: 'there is one system message, and it is the first',
    async holds(profile) {
      const rule = (text: string): ResponseItem => ({
        type: 'message',
        role: 'developer',
        content: [{ type: 'input_text', text }],
      })

      const { messages } = await sentBy(profile, { input: [rule('One.'), user('hi'), rule('Two.')] })

      expect(messages).toEqual([
        { role: 'system', content: 'Be brief.\n\nOne.' },
        { role: 'user', content: 'hi' },
        { role: 'user', content: 'Two.' },
      ])
    },
  },
  {
    quirk: 'reasoningOnCalls',
    title: 'a call that another model made has reasoning, if empty',
    async holds(profile) {
      const { messages } = await sentBy(profile, {
        input: [
          user('hi'),
          { type: 'function_call', call_id: 'c', name: 'view', arguments: '{}' },
          { type: 'function_call_output', call_id: 'c', output: 'ok' },
        ],
      })

      expect(messages[2]).toMatchObject({ reasoning_content: '', tool_calls: [{ id: 'c' }] })
    },
  },
  {
    quirk: 'returnedFields',
    title: 'signatures of thoughts go back on what they came with',
    async holds(profile) {
      const { messages } = await sentAfter(profile, chatRecordings.gemini)

      expect(messages[2]).toMatchObject({
        role: 'assistant',
        content: 'I look.',
        extra_content: { google: { thought_signature: 'text-sig' } },
        tool_calls: [
          {
            id: 'function-call-1',
            extra_content: { google: { thought_signature: 'call-sig' } },
          },
          { id: 'function-call-2' },
        ],
      })
    },
  },
  {
    quirk: 'reasoningFields',
    title: 'reasoning that comes as text goes back under its name',
    async holds(profile) {
      const fields = chatProfiles[profile.name].reasoningFields
      expect(fields.length).toBeGreaterThan(0)
      for (const field of fields) {
        const stream = field === 'reasoning' ? chatRecordings.ollama : chatRecordings.llamacpp
        const body = await sentAfter(
          { ...profile, callBoundary: 'id-or-name', objectArguments: true },
          stream,
        )

        expect(body.messages[2]?.[field]).toMatch(/file/)
      }
    },
  },
  {
    quirk: 'reasoningDetails',
    title: 'reasoning_details go back as they came, in one piece',
    async holds(profile) {
      const { messages } = await sentAfter(profile, recordedChat)

      const detail = { type: 'reasoning.text', text: 'Two files.', index: 0, format: 'x', signature: 'sig' }
      expect(messages[2]?.reasoning_details).toEqual([detail])
    },
  },
  {
    quirk: 'callBoundary',
    title: 'calls of one number stay apart by their ids',
    async holds(profile) {
      expect(await callsFrom(profile, chatRecordings.gemini)).toEqual(['view({"n":1})', 'view({"n":2})'])
    },
  },
  {
    quirk: 'callBoundary',
    title: 'calls of one number and without ids stay apart when they are whole',
    async holds(profile) {
      const whole = { ...profile, objectArguments: true }

      expect(await callsFrom(whole, chatRecordings.ollama)).toEqual(['view({"n":1})', 'view({"n":2})'])
    },
  },
  {
    quirk: 'objectArguments',
    title: 'arguments that come as an object are read',
    async holds(profile) {
      expect(await callsFrom(profile, chatRecordings.ollama)).toEqual(['view({"n":1})', 'view({"n":2})'])
    },
  },
  {
    quirk: 'wholeMessages',
    title: 'a message that comes whole is read, with its calls',
    async holds(profile) {
      const items = itemsDone(await eventsFrom(profile, chatRecordings.oneChunk))

      expect(items).toMatchObject([
        { type: 'message', content: [{ text: 'I look.' }] },
        { type: 'function_call', call_id: 'a', arguments: '{"n":1}' },
        { type: 'function_call', call_id: 'b', arguments: '{"n":2}' },
      ])
    },
  },
  {
    quirk: 'endsWithoutDone',
    title: 'a response needs neither usage nor an end mark',
    async holds(profile) {
      expect(await completedBy(profile, chatRecordings.vllm)).toMatchObject({
        usage: null,
        finishReason: 'tool_calls',
      })
    },
  },
  {
    quirk: 'finishReason',
    title: "Gemini's own reasons to stop are understood",
    of: ['gemini'],
    async holds(profile) {
      expect(await errorFrom(profile, chatRecordings.geminiUnsafe)).toMatchObject({
        code: 'response_incomplete',
        reason: 'content_filter',
      })
      expect(await errorFrom(profile, chatRecordings.geminiMalformedCall)).toMatchObject({
        code: 'response_failed',
        message: expect.stringContaining('MALFORMED_FUNCTION_CALL'),
      })
    },
  },
  {
    quirk: 'finishReason',
    title: 'a server that gives up in the middle has failed',
    of: ['deepseek'],
    async holds(profile) {
      expect(await errorFrom(profile, chatRecordings.deepseekOverloaded)).toMatchObject({
        code: 'response_failed',
        retryable: true,
      })
    },
  },
  {
    quirk: 'usage',
    title: 'thoughts that only the total knows of are output',
    of: ['gemini'],
    async holds(profile) {
      expect((await completedBy(profile, chatRecordings.gemini)).usage).toEqual({
        input_tokens: 10,
        cached_input_tokens: 0,
        cache_write_input_tokens: 0,
        output_tokens: 27,
        reasoning_output_tokens: 7,
      })
    },
  },
  {
    quirk: 'usage',
    title: "DeepSeek's word for cached tokens is known",
    of: ['deepseek', 'generic'],
    async holds(profile) {
      expect((await completedBy(profile, chatRecordings.deepseek)).usage).toMatchObject({
        input_tokens: 30,
        cached_input_tokens: 24,
      })
    },
  },
  {
    quirk: 'costUsd',
    title: 'the cost that the provider reports is the cost',
    async holds(profile) {
      expect(await completedBy(profile, recordedChat)).toMatchObject({ costUsd: 0.0001 })
    },
  },
]

const profiles = Object.values(chatProfiles)
const quirksOf = (profile: ChatProfile) =>
  (Object.keys(plainProfile) as (keyof ChatProfile)[]).filter(
    (field): field is Quirk => field !== 'name' && !Object.is(profile[field], plainProfile[field]),
  )
const casesOf = (profile: ChatProfile) => {
  const quirks = quirksOf(profile)
  return cases.filter(({ quirk, of }) => quirks.includes(quirk) && (of?.includes(profile.name) ?? true))
}

for (const profile of profiles) {
  describe.runIf(casesOf(profile).length > 0)(profile.name, () => {
    test.each(casesOf(profile).map((each) => ({ ...each })))('$title', async ({ quirk, holds }) => {
      await holds(profile)
      await expect(holds({ ...profile, [quirk]: plainProfile[quirk] })).rejects.toThrow()
    })
  })
}

test('every field in which a profile differs from OpenAI has a case', () => {
  for (const profile of profiles) {
    const covered = new Set(casesOf(profile).map(({ quirk }) => quirk))
    expect(quirksOf(profile).filter((quirk) => !covered.has(quirk))).toEqual([])
  }
  expect(profiles.map(({ name }) => name)).toEqual(Object.keys(chatProfiles))
  expect(quirksOf(plainProfile)).toEqual([])
})

test.each(profiles)('$name: mixed fragments of two calls are read by their numbers', async (profile) => {
  expect(await callsFrom(profile, chatRecordings.openai)).toEqual(['view({"n":1})', 'view({"n":2})'])
})

test.each(['qwen', 'llamacpp', 'vllm', 'deepseek'] as const)(
  '%s: one call in fragments stays one, whatever is said of its id',
  async (name) => {
    for (const profile of [chatProfiles[name], chatProfiles.generic]) {
      expect(await callsFrom(profile, chatRecordings[name])).toEqual(['view({"n":1})'])
    }
  },
)

test('a response that breaks in the middle says why, and keeps what had come', async () => {
  const error = await errorFrom(chatProfiles.openrouter, chatRecordings.openrouterBroken)

  expect(error).toMatchObject({
    code: 'server_overloaded',
    providerCode: '502',
    message: expect.stringContaining('Upstream is down'),
    partial: [{ type: 'message', content: [{ text: 'half' }] }],
  })
})

test('fields that nobody knows stay with the message they came with, and are not sent to who did not ask', async () => {
  const odd = (delta: object) => ({ choices: [{ index: 0, delta }] })
  const stream = chatStream(
    odd({ content: 'See ', annotations: [{ url: 'a' }], audio: null }),
    odd({ content: 'these.', annotations: [{ url: 'b' }], depth: { x: 1 } }),
    { choices: [{ index: 0, delta: { depth: { y: 2 } }, finish_reason: 'stop' }] },
    'data: [DONE]\n\n',
  )

  const items = itemsDone(await eventsFrom(chatProfiles.generic, stream))
  const body = await sentBy(chatProfiles.generic, { input: [user('hi'), ...items] })

  const fields = { annotations: [{ url: 'a' }, { url: 'b' }], depth: { x: 1, y: 2 } }
  expect(items).toMatchObject([{ providerData: { data: { fields } } }])
  expect(body.messages[2]).toEqual({ role: 'assistant', content: 'See these.' })
})

test.each(profiles)(
  '$name: images of a tool follow all outputs, in a message of the user',
  async (profile) => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' } as const
    const call = (call_id: string) =>
      ({ type: 'function_call', call_id, name: 'view', arguments: '{}' }) as const
    const output = (call_id: string, parts: readonly object[]) =>
      ({ type: 'function_call_output', call_id, output: parts }) as unknown as ResponseItem

    const { messages } = await sentBy(profile, {
      input: [
        user('hi'),
        call('a'),
        call('b'),
        output('a', [{ type: 'input_text', text: 'A picture.' }, image]),
        output('b', [image, image]),
      ],
    })

    expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'tool', 'user'])
    const shown = messages[5]?.content as readonly Record<string, unknown>[]
    expect(shown.map(({ type }) => type)).toEqual(['text', 'image_url', 'text', 'image_url', 'image_url'])
  },
)

test.each(profiles)('$name: a conversation that grows begins with the bytes it had', async (profile) => {
  const stream = profile.name === 'openrouter' ? recordedChat : chatRecordings.openai
  const rule = { type: 'input_text', text: 'A rule.' } as const
  const input: ResponseItem[] = [{ type: 'message', role: 'developer', content: [rule] }, user('Go on.')]
  const texts: string[] = []

  for (let step = 0; step < 4; step++) {
    const request = requestWith({ input: [...input], tools: [view], outputSchema: schema })
    const { result, body } = await withServer(profile, stream, (client) => eventsOf(client, request))
    texts.push(JSON.stringify(body.messages).slice(0, -1))
    for (const item of itemsDone(result)) {
      input.push(item)
      if (item.type !== 'function_call') continue
      input.push({ type: 'function_call_output', call_id: item.call_id, output: `step ${step}` })
    }
    if (step === 1) input.push({ type: 'message', role: 'developer', content: [rule] }, user('More.'))
  }

  for (const [index, text] of texts.entries()) {
    if (index > 0) expect(text.startsWith(texts[index - 1] ?? '?')).toBe(true)
  }
})
