/** Secrets found in an environment by their names. */

import { expect, test } from 'vitest'
import { secretValuesIn } from '../../src/std/secret-names.ts'

test.each([
  'OPENAI_API_KEY',
  'OPENAI_APIKEY',
  'AWS_SECRET_ACCESS_KEY',
  'GH_TOKEN',
  'DB_PASSWORD',
  'npm_token',
  'SECRET',
  'MYSECRETVALUE',
  'clientSecret',
  'ACCESSTOKEN',
  'privateKey',
  'Authorization',
  'x-api-key',
  'GITHUB_PAT',
  'session.cookie',
])('%s holds a secret', (name) => {
  expect(secretValuesIn({ [name]: 'value-1' })).toEqual(['value-1'])
})

test.each([
  'PATH',
  'PWD',
  'KEYBOARD',
  'MONKEY',
  'SSH_AUTH_SOCK',
  'SSL_KEY_FILE',
  'TOKENIZERS_PARALLELISM',
  'TOKEN_URL',
])('%s holds none', (name) => {
  expect(secretValuesIn({ [name]: 'value-1' })).toEqual([])
})

test('a switch or an unset variable is no secret', () => {
  expect(secretValuesIn({ USE_TOKEN: 'required', A_KEY: 'disabled', B_KEY: undefined })).toEqual([])
})
