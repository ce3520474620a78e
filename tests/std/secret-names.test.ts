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
  'API_KEYS',
  'ACCESS_TOKENS',
  'DB_PWD',
  'MYSQL_PWD',
  'DBPASS',
  'PGPASS',
  'JWT',
  'SENTRY_DSN',
  'SLACK_WEBHOOK',
  'SLACK_WEBHOOK_URL',
  'AZURE_STORAGE_CONNECTION_STRING',
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
  'OLDPWD',
  'INIT_CWD',
  'GIT_ASKPASS',
  'MAX_TOKENS',
  'MAX_OUTPUT_TOKENS',
  'WEBHOOK_PORT',
  'CARGO_REGISTRY_CREDENTIAL_PROVIDER',
])('%s holds none', (name) => {
  expect(secretValuesIn({ [name]: 'value-1' })).toEqual([])
})

test('a switch or an unset variable is no secret', () => {
  expect(secretValuesIn({ USE_TOKEN: 'required', A_KEY: 'disabled', B_KEY: undefined })).toEqual([])
})

test.each([
  'postgres',
  'created_at',
  'development',
  'tenantId',
  'Basic-auth',
  '/srv/app/credentials.json',
  '~/.config/server.key',
  'C:\\keys\\server.pem',
])('%s is an ordinary word or a file, and no secret', (value) => {
  expect(secretValuesIn({ A_SECRET: value })).toEqual([])
})

test.each([
  'hunter22',
  'correct-horse-battery',
  'kXQpzLtwRvbn',
  '12345678',
  'two words',
  '/hYtR4+k.Zq9/',
  '/keys/id_rsa',
])('%s may be a secret', (value) => {
  expect(secretValuesIn({ A_SECRET: value })).toEqual([value])
})
