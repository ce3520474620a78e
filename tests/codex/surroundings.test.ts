/** What a turn is told of project, user and machine: all at first, then what has changed. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Codex } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, says, startProvider } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'
import { tempFolder } from '../support/temp-folder.ts'

const direct = { toolMode: 'direct' } as const
const SKILL = '---\nname: deploy\ndescription: How to deploy.\n---\nRun the ship script.\n'
const count = (text: string | undefined, word: string) => (text ?? '').split(word).length - 1

test('what has not changed is told once, what has is told again', async () => {
  await using at = await bench([says('one'), says('two'), says('three')], {
    files: { 'AGENTS.md': 'Use tabs.' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('first')
  await thread.run('second')
  await writeFile(path.join(at.folder.path, 'AGENTS.md'), 'Use spaces.')
  await thread.run('third')

  const [, second, third] = at.provider.requests
  expect(count(second?.text, 'Use tabs.')).toBe(1)
  expect(count(second?.text, '<cwd>')).toBe(1)
  expect(count(third?.text, 'Use spaces.')).toBe(1)
  expect(third?.text.indexOf('Use spaces.')).toBeGreaterThan(third?.text.indexOf('"second"') ?? 0)
})

test('a resumed thread is told only what has changed meanwhile', async () => {
  await using at = await bench([says('one'), says('two')], { files: { 'AGENTS.md': 'Use tabs.' } })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  await thread.run('first')
  await thread.close()

  await at.codex.resumeThread(thread.id, direct).run('second')

  expect(count(at.provider.requests[1]?.text, 'Use tabs.')).toBe(1)
})

test('after a compaction everything is told as it is now', async () => {
  await using at = await bench([says('one'), says('the summary'), says('two')], {
    files: { 'AGENTS.md': 'Use tabs.' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  await thread.run('first')
  await writeFile(path.join(at.folder.path, 'AGENTS.md'), 'Use spaces.')

  await thread.compact()
  await thread.run('second')

  const last = at.provider.requests[2]?.text
  expect(last).not.toContain('Use tabs.')
  expect(count(last, 'Use spaces.')).toBe(1)
  expect(count(last, '<cwd>')).toBe(1)
})

test('the skills of the project are listed, and one that a prompt names is brought', async () => {
  await using at = await bench([says('one'), says('two')], {
    files: { '.agents/skills/deploy/SKILL.md': SKILL, '.git/HEAD': 'ref: refs/heads/main\n' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('What can you do?')
  await thread.run('Then $deploy it.')

  const [first, second] = at.provider.requests
  expect(first?.text).toContain('How to deploy.')
  expect(first?.text).not.toContain('Run the ship script.')
  expect(second?.text).toContain('Run the ship script.')
})

test('features switch them off', async () => {
  await using at = await bench([says('one')], {
    files: { 'AGENTS.md': 'Use tabs.', '.agents/skills/deploy/SKILL.md': SKILL, '.git/HEAD': 'x' },
    features: { project_instructions: false, skills: false },
  })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(at.provider.requests[0]?.text).not.toMatch(/Use tabs|How to deploy/)
  expect(() => new Codex({ features: { nonsense: true } as never })).toThrow(/nonsense/)
})

test('a skill of the user can be read by the tools, and not written', async () => {
  await using home = await tempFolder({
    'skills/deploy/SKILL.md': SKILL,
    'skills/deploy/more.md': 'The details.',
  })
  await using folder = await tempFolder()
  const more = path.join(home.path, 'skills/deploy/more.md')
  await using provider = await startProvider([
    [
      calls('read_file', { file_path: more }),
      calls('apply_patch', { input: `*** Begin Patch\n*** Delete File: ${more}\n*** End Patch` }),
    ],
    says('done'),
  ])
  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    env: { CODEX_TS_HOME: home.path, PATH: process.env.PATH ?? '' },
    store: memoryStore(),
  })

  await codex.startThread({ workingDirectory: folder.path, ...direct }).run('go')

  expect(provider.requests[1]?.outputOf('read_file')).toContain('The details.')
  expect(provider.requests[1]?.outputOf('apply_patch')).toMatch(/^patch rejected/)
})

test('the host’s program is told of the end of a turn', async () => {
  await using at = await bench([says('the end')], { files: {} })
  const told = path.join(at.folder.path, 'told')
  await mkdir(told)
  const write = `require('fs').writeFileSync(process.argv[1] + '/note.tmp', process.argv[2]); require('fs').renameSync(process.argv[1] + '/note.tmp', process.argv[1] + '/note')`
  await using codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: at.provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: memoryStore(),
    notify: [process.execPath, '-e', write, told],
  })

  const turn = await codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  await expect
    .poll(() => readFile(path.join(told, 'note'), 'utf8').catch(() => ''), { timeout: 10_000 })
    .toContain('agent-turn-complete')
  expect(JSON.parse(await readFile(path.join(told, 'note'), 'utf8'))).toMatchObject({
    'thread-id': turn.threadId,
    'input-messages': ['go'],
    'last-assistant-message': 'the end',
  })
})
