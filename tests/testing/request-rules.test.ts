/** What the provider refuses of a request before it looks at the conversation. */

import { expect, test } from 'vitest'
import { says, startProvider } from '../../src/testing/index.ts'
import { PATHS, post, requestBody } from '../support/model-requests.ts'

const ask = requestBody('responses')

test('a request for the other wire API finds nothing', async () => {
  await using provider = await startProvider([says('Hi')], { strict: false })

  const response = await post(provider, requestBody('chat'), { path: PATHS.chat })

  expect(response.status).toBe(404)
  expect(provider.violations).toMatchObject([{ rule: 'endpoint' }])
})

test('only POST is served', async () => {
  await using provider = await startProvider([says('Hi')], { strict: false })

  const response = await fetch(`${provider.url}/responses`)

  expect(response.status).toBe(404)
})

test('a query beside the path is no other endpoint', async () => {
  await using provider = await startProvider([says('Hi')])

  const response = await post(provider, ask, { path: '/responses?api-version=1' })

  expect(response.status).toBe(200)
  expect(provider.requests[0]?.path).toBe('/v1/responses?api-version=1')
})

test('where a key is expected, a request without it or with another is refused', async () => {
  await using provider = await startProvider([says('Hi')], { apiKey: 'sesame', strict: false })

  const without = await post(provider, ask)
  const other = await post(provider, ask, { headers: { authorization: 'Bearer open' } })
  const right = await post(provider, ask, { headers: { authorization: 'Bearer sesame' } })

  expect([without.status, other.status, right.status]).toEqual([401, 401, 200])
  expect(provider.violations.map(({ rule }) => rule)).toEqual(['authorization', 'authorization'])
  expect(provider.violations.map(({ message }) => message).join()).not.toContain('sesame')
})

test('a body that is no JSON object is refused, and kept as text', async () => {
  await using provider = await startProvider([says('Hi')], { strict: false })

  const responses = [await post(provider, '{"model":'), await post(provider, '[]')]

  expect(responses.map(({ status }) => status)).toEqual([400, 400])
  expect(provider.violations.map(({ rule }) => rule)).toEqual(['json', 'json'])
  expect(provider.requests[0]).toMatchObject({ text: '{"model":', body: {}, isJson: false })
})

test('a body of another content type is refused', async () => {
  await using provider = await startProvider([says('Hi')], { strict: false })

  const response = await post(provider, ask, { headers: { 'content-type': 'text/plain' } })

  expect(response.status).toBe(400)
  expect(provider.violations).toMatchObject([{ rule: 'content-type' }])
})

test('a wire API that is not spoken is refused at the start', async () => {
  const wireApi = 'telegraph' as 'chat'

  await expect(startProvider([], { wireApi })).rejects.toThrow('wireApi: telegraph')
})
