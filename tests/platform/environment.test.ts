/** Which environment variables a command gets. */

import { expect, test } from 'vitest'
import { commandEnvironment, type EnvironmentPolicy } from '../../src/platform/index.ts'

const HOST = {
  PATH: '/bin',
  HOME: '/home/me',
  EDITOR: 'vi',
  MY_FLAG: '1',
  OPENAI_API_KEY: 'k',
  GITHUB_TOKEN: 't',
  db_password: 'p',
  LANG: 'de_DE.UTF-8',
}

function namesWith(policy: EnvironmentPolicy): string[] {
  const plain = Object.keys(commandEnvironment({}))
  return Object.keys(commandEnvironment(HOST, policy)).filter((name) => !plain.includes(name))
}

test.each<[string, EnvironmentPolicy, string[]]>([
  ['by default the core passes', {}, ['PATH', 'HOME']],
  ['none passes nothing', { inherit: 'none' }, []],
  ['all passes everything but secrets', { inherit: 'all' }, ['PATH', 'HOME', 'EDITOR', 'MY_FLAG']],
  [
    "Codex's own default passes secrets too",
    { inherit: 'all', ignoreDefaultExcludes: true },
    ['PATH', 'HOME', 'EDITOR', 'MY_FLAG', 'OPENAI_API_KEY', 'GITHUB_TOKEN', 'db_password'],
  ],
  [
    'more can be included by pattern, secrets not',
    { include: ['my_*', '*_KEY'] },
    ['PATH', 'HOME', 'MY_FLAG'],
  ],
  ['a secret passes when it is named', { include: ['GITHUB_TOKEN'] }, ['PATH', 'HOME', 'GITHUB_TOKEN']],
  ['what is excluded is dropped', { inherit: 'all', exclude: ['E?ITOR', 'H*'] }, ['PATH', 'MY_FLAG']],
  ['what is set comes after that', { exclude: ['X*'], set: { X_KEY: '1' } }, ['PATH', 'HOME', 'X_KEY']],
  ['includeOnly has the last word', { set: { A: '1', B: '2' }, includeOnly: ['A', 'PATH'] }, ['PATH', 'A']],
  [
    'a pattern is no regular expression',
    { inherit: 'all', exclude: ['.*', '(PATH'] },
    ['PATH', 'HOME', 'EDITOR', 'MY_FLAG'],
  ],
])('%s', (_title, policy, expected) => {
  expect(namesWith(policy).toSorted()).toEqual(expected.toSorted())
})

test('programs are told to speak plainly, whatever the host speaks', () => {
  const environment = commandEnvironment({ ...HOST, TERM: 'xterm' }, { inherit: 'all' })

  expect(environment).toMatchObject({
    NO_COLOR: '1',
    TERM: 'dumb',
    COLORTERM: '',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    LC_CTYPE: 'C.UTF-8',
    PAGER: 'cat',
    GIT_PAGER: 'cat',
    GH_PAGER: 'cat',
    CODEX_CI: '1',
  })
})
