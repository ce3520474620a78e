/** What a host says of a Chat server: whose dialect it speaks, with which fields besides. */

import { expect, test } from 'vitest'
import { profileFor } from '../../src/model/chat/profiles.ts'
import {
  createModelClient,
  type ProviderConfig,
  type ProviderOptions,
  providerConfig,
  streamRetry,
} from '../../src/model/index.ts'
import { eventsOf, failureOf, requestWith } from '../support/model-client.ts'
import { chatRecordings } from '../support/recorded-streams.ts'
import { refuses, sends, startSseServer } from '../support/sse-server.ts'

const configOf = (name: string, options: ProviderOptions): ProviderConfig =>
  providerConfig(name, { [name]: { wireApi: 'chat', ...options } })

test.each([
  ['lab', { baseUrl: 'https://openrouter.ai/api/v1' }, 'openrouter'],
  ['lab', { baseUrl: 'https://eu.openrouter.ai/api/v1' }, 'openrouter'],
  ['lab', { baseUrl: 'https://api.openai.com/v1' }, 'openai'],
  ['lab', { baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai' }, 'gemini'],
  ['lab', { baseUrl: 'https://us-east1-aiplatform.googleapis.com/v1/x' }, 'gemini'],
  ['lab', { baseUrl: 'https://mine.openai.azure.com/openai/v1' }, 'openai'],
  ['lab', { baseUrl: 'https://api.deepseek.com' }, 'deepseek'],
  ['lab', { baseUrl: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1' }, 'qwen'],
  ['lab', { baseUrl: 'http://127.0.0.1:11434/v1' }, 'ollama'],
  ['lab', { baseUrl: 'http://127.0.0.1:8080/v1' }, 'generic'],
  ['lab', { baseUrl: 'https://openrouter.ai.example/v1' }, 'generic'],
  ['constructor', { baseUrl: 'http://127.0.0.1:8080/v1' }, 'generic'],
  ['vllm', { baseUrl: 'http://127.0.0.1:8000/v1' }, 'vllm'],
  ['llama.cpp', { baseUrl: 'http://127.0.0.1:8080/v1' }, 'llamacpp'],
  ['Google', { baseUrl: 'http://127.0.0.1:8080/v1' }, 'gemini'],
  ['openai', { baseUrl: 'https://openrouter.ai/api/v1' }, 'openrouter'],
  ['openrouter', { baseUrl: 'http://127.0.0.1:11434/v1', profile: 'vllm' }, 'vllm'],
] as const)('%s with %j speaks as %s', (name, options, profile) => {
  expect(profileFor(configOf(name, options)).name).toBe(profile)
})

test.each([
  [{ profile: 'telegraph' }, 'providers.lab.profile', 'openrouter, gemini'],
  [{ profile: 'vllm', wireApi: 'responses' }, 'providers.lab.profile', 'wireApi chat'],
  [{ body: { provider: {} }, wireApi: 'messages' }, 'providers.lab.body', 'wireApi chat'],
  [{ body: { messages: [] } }, 'providers.lab.body.messages', 'Leave it out'],
])('%j blames %s', (options, option, advice) => {
  const config = () => configOf('lab', { baseUrl: 'http://x/v1', ...(options as ProviderOptions) })

  expect(config).toThrow(expect.objectContaining({ option, message: expect.stringContaining(advice) }))
})

test('fields of the host stand in each request, over those of the library', async () => {
  await using server = await startSseServer(sends(chatRecordings.openai))
  const routing = { order: ['any'], allow_fallbacks: false }
  const body = { provider: routing, max_tokens: 7 }
  const client = await createModelClient(configOf('openrouter', { baseUrl: server.url, body }))

  await eventsOf(client, requestWith({ maxOutputTokens: 100 }))

  expect(server.requests[0]?.body).toMatchObject({ provider: routing, max_tokens: 7, model: 'any' })
})

test('the query of an address is sent behind the path, and its key shown in no error', async () => {
  const key = 'hidden-key-of-the-test'
  await using server = await startSseServer((response, index, request) =>
    refuses(401, { error: { message: `No entry for ${request.url}` } })(response, index, request),
  )
  const baseUrl = `${server.url}?api_key=${key}&api-version=7`
  const client = await createModelClient(configOf('lab', { baseUrl, requestRetriesMax: 0 }))

  const { error } = await failureOf(client)

  expect(server.requests[0]?.path).toBe(`/v1/chat/completions?api_key=${key}&api-version=7`)
  expect(error).toMatchObject({ code: 'model_refused', body: expect.stringContaining('[redacted]') })
  expect(String(error) + JSON.stringify(error)).not.toContain(key)
})

test('the query option wins over the query of an address', () => {
  expect(configOf('lab', { baseUrl: 'http://x/v1?a=1&b=2', query: { b: '3' } })).toMatchObject({
    baseUrl: 'http://x/v1',
    query: { a: '1', b: '3' },
  })
})

test("Google's list of errors is read, with the time to wait that it names", async () => {
  const error = {
    code: 429,
    message: 'You exceeded your current quota.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      { '@type': 'type.googleapis.com/google.rpc.QuotaFailure' },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' },
    ],
  }
  await using server = await startSseServer(refuses(429, [{ error }]))

  const failure = await failureOf(
    await createModelClient(configOf('gemini', { baseUrl: server.url, requestRetriesMax: 0 })),
  )

  expect(failure.error).toMatchObject({ code: 'rate_limited', providerCode: '429', retryAfterMs: 34_500 })
})

test('OpenRouter passes on when its limit ends, in the body of the refusal', async () => {
  const soon = Date.now() + 60_000
  const headers = { 'X-RateLimit-Limit': '20', 'X-RateLimit-Reset': String(soon) }
  const error = { code: 429, message: 'Rate limit exceeded', metadata: { headers } }
  await using server = await startSseServer(refuses(429, { error }))

  const failure = await failureOf(
    await createModelClient(configOf('openrouter', { baseUrl: server.url, requestRetriesMax: 0 })),
  )

  const { retryAfterMs } = failure.error as { readonly retryAfterMs: number }
  expect(retryAfterMs).toBeGreaterThan(0)
  expect(retryAfterMs).toBeLessThanOrEqual(60_000)
})

test.each([
  'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
  'Range of input length should be [1, 129024]',
  "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens.",
  'the request exceeds the available context size, try increasing it',
])('a prompt that is too long is known by the words: %s', async (message) => {
  await using server = await startSseServer(refuses(400, { error: { code: 400, message } }))

  const failure = await failureOf(await createModelClient(configOf('lab', { baseUrl: server.url })))

  expect(failure.error).toMatchObject({ code: 'context_overflow' })
})

test.each([
  [{ 'retry-after': '5' }, { code: 'rate_limited', retryAfterMs: 5000 }],
  [{}, { code: 'quota_exceeded', retryAfterMs: undefined }],
])('a 402 with the headers %j is %j', async (headers: Record<string, string>, expected) => {
  const error = { code: 402, message: 'Insufficient credits' }
  await using server = await startSseServer(refuses(402, { error }, headers))

  const failure = await failureOf(await createModelClient(configOf('openrouter', { baseUrl: server.url })))

  expect(failure.error).toMatchObject(expected)
  expect(streamRetry(failure.error, 1).retry).toBe('retry-after' in headers)
})

test('what the headers say of the limits comes with the first event', async () => {
  await using server = await startSseServer((response) => {
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-tokens': '6m0s',
    })
    response.end(chatRecordings.openai)
  })

  const [created] = await eventsOf(await createModelClient(configOf('openai', { baseUrl: server.url })))

  expect(created).toMatchObject({
    type: 'created',
    rateLimits: [
      { of: 'requests', limit: 60, remaining: 59, resetAfterMs: 1000 },
      { of: 'tokens', remaining: 149_984, resetAfterMs: 360_000 },
    ],
  })
})

test('a configuration made by hand is checked like one from options', async () => {
  const config = { name: 'lab', baseUrl: 'http://x/v1', apiKey: undefined, wireApi: 'chat' } as const

  await expect(createModelClient({ ...config, profile: 'telegraph' as 'vllm' })).rejects.toMatchObject({
    option: 'providers.lab.profile',
  })
  await expect(createModelClient({ ...config, baseUrl: 'http://x/v1?key=hidden' })).rejects.toMatchObject({
    option: 'providers.lab.baseUrl',
    message: expect.not.stringContaining('hidden'),
  })
})
