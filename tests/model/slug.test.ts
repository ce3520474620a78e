/** A slug finds its provider in one order, and a missing key says what to set. */

import { expect, test } from 'vitest'
import { createModelClient, modelInfo, providerConfig, resolveModel } from '../../src/model/index.ts'
import { OptionError } from '../../src/protocol/errors.ts'

const openrouter = { openrouter: { apiKey: 'or-key' } }
const openai = { openai: { apiKey: 'oa-key' } }
const local = { local: { baseUrl: 'http://127.0.0.1:1/v1' } }

function optionErrorOf(deed: () => unknown): OptionError {
  try {
    deed()
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
  throw new Error('An option error was expected.')
}

test('a name in models comes first, with what it sets', () => {
  const models = {
    'openai/any': { provider: 'local', model: 'theirs', temperature: 0, limits: { contextWindow: 8000 } },
  }

  expect(resolveModel('openai/any', { models, providers: { ...openai, ...local } })).toEqual({
    provider: 'local',
    model: 'theirs',
    overrides: { temperature: 0, limits: { contextWindow: 8000 } },
  })
})

test('an entry without a provider is looked up by its model', () => {
  const models = { fast: { model: 'local/any', temperature: 0 } }

  expect(resolveModel('fast', { models, providers: local })).toEqual({
    provider: 'local',
    model: 'any',
    overrides: { temperature: 0 },
  })
})

test('the prefix of a usable provider goes to that provider', () => {
  const providers = { ...openrouter, ...openai, ...local }

  expect(resolveModel('openai/any', { providers })).toMatchObject({ provider: 'openai', model: 'any' })
  expect(resolveModel('local/a/b', { providers })).toMatchObject({ provider: 'local', model: 'a/b' })
  expect(resolveModel('openrouter/openai/any', { providers })).toMatchObject({ model: 'openai/any' })
})

test('everything else goes to OpenRouter verbatim, or where the host says', () => {
  expect(resolveModel('openai/any', { providers: openrouter })).toEqual({
    provider: 'openrouter',
    model: 'openai/any',
    overrides: {},
  })
  expect(resolveModel('any', { providers: openai, defaultProvider: 'openai' })).toMatchObject({
    provider: 'openai',
    model: 'any',
  })
})

test('the test models go to OpenRouter with thinking off; without its key, to their own provider', () => {
  const slug = 'openai/gpt-5-nano'

  expect(resolveModel(slug, { providers: { ...openrouter, ...openai } })).toEqual({
    provider: 'openrouter',
    model: slug,
    overrides: { reasoning: { effort: 'none' } },
  })
  expect(resolveModel(slug, { providers: openai })).toMatchObject({ provider: 'openai', model: 'gpt-5-nano' })
})

test('a missing key names the variables and the option', () => {
  const error = optionErrorOf(() => resolveModel('openai/any', { providers: {} }))

  expect(error.option).toBe('providers.openrouter.apiKey')
  expect(error.message).toContain('openai/any')
  expect(error.message).toContain('OPENROUTER_API_KEY')
  expect(error.message).toContain('OPENAI_API_KEY')
})

test('a slug with a mistyped provider is told the names that there are', () => {
  const error = optionErrorOf(() => resolveModel('loca/any', { providers: local }))

  expect(error.message).toContain('begins with none of your providers: local.')
})

test.each([
  ['', {}, 'model'],
  ['local/any', { providers: { local: {} } }, 'providers.local.baseUrl'],
  ['fast', { models: { fast: { provider: 'nobody' } } }, 'models.fast.provider'],
  ['fast', { models: { fast: { provider: 'openai' } } }, 'providers.openai.apiKey'],
  ['constructor/any', {}, 'providers.openrouter.apiKey'],
])('%j with %j blames %s', (slug, options, option) => {
  expect(optionErrorOf(() => resolveModel(slug, { providers: {}, ...options })).option).toBe(option)
})

test('a known provider needs only a key; an unknown one speaks Responses unless told', () => {
  expect(providerConfig('openrouter', openrouter)).toEqual({
    name: 'openrouter',
    baseUrl: 'https://openrouter.ai/api/v1',
    apiKey: 'or-key',
    wireApi: 'chat',
  })
  expect(providerConfig('local', local)).toMatchObject({ wireApi: 'responses', apiKey: undefined })
})

test.each([
  ['openai', {}, 'providers.openai.apiKey'],
  ['nobody', {}, 'providers.nobody.baseUrl'],
  ['local', { local: { baseUrl: 'localhost' } }, 'providers.local.baseUrl'],
  ['local', { local: { baseUrl: 'file:///x' } }, 'providers.local.baseUrl'],
  ['local', { local: { baseUrl: 'http://x', requestRetriesMax: -1 } }, 'providers.local.requestRetriesMax'],
  [
    'local',
    { local: { baseUrl: 'http://x', streamIdleTimeoutMs: 0.5 } },
    'providers.local.streamIdleTimeoutMs',
  ],
  // A timer set for so long would fire at once.
  [
    'local',
    { local: { baseUrl: 'http://x', streamIdleTimeoutMs: 2 ** 31 } },
    'providers.local.streamIdleTimeoutMs',
  ],
])('the configuration of %s from %j blames %s', (name, providers, option) => {
  expect(optionErrorOf(() => providerConfig(name, providers)).option).toBe(option)
})

test('a wire API that is not spoken is an error of options', async () => {
  const config = providerConfig('anthropic', { anthropic: { apiKey: 'key' } })
  const wireApi = 'telegraph' as 'messages'

  await expect(createModelClient({ ...config, wireApi })).rejects.toMatchObject({
    option: 'providers.anthropic.wireApi',
    message: expect.stringContaining('responses, chat or messages'),
  })
})

test('a password in an address is refused, and not repeated', async () => {
  const config = {
    name: 'local',
    baseUrl: 'http://me:hidden@x/v1',
    apiKey: undefined,
    wireApi: 'chat',
  } as const

  await expect(createModelClient(config)).rejects.toMatchObject({
    option: 'providers.local.baseUrl',
    message: expect.not.stringContaining('hidden'),
  })
})

test('an unknown model has the figures that Codex falls back to', () => {
  expect(modelInfo('any')).toMatchObject({
    isKnown: false,
    contextWindow: 272_000,
    effectiveWindowPercent: 95,
    autoCompactTokenLimit: 244_800,
    truncation: { mode: 'bytes', limit: 10_000 },
    customTools: false,
  })
})

test('a host extends the table, field by field', () => {
  const extra = { any: { contextWindow: 8000 }, 'openai/gpt-5-nano': { autoCompactTokenLimit: 1000 } }

  expect(modelInfo('any', extra)).toMatchObject({ isKnown: true, autoCompactTokenLimit: 7200 })
  expect(modelInfo('openai/gpt-5-nano', extra)).toMatchObject({
    customTools: true,
    autoCompactTokenLimit: 1000,
  })
  expect(modelInfo('constructor').isKnown).toBe(false)
})
