/** The real Codex goes on with our threads, and we with its. */

import { glob } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Codex } from '../../src/index.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, custom, says, startProvider, thinks } from '../../src/testing/index.ts'
import { codexExec, codexExecHome, codexLauncher } from '../support/codex-exec.ts'
import { assistant, asWeSend, DIRECT, itemsOf, type Json, lastSent } from '../support/rollouts.ts'
import { tempFolder } from '../support/temp-folder.ts'

const scripted = (url: string) =>
  new Codex({
    model: 'scripted/any',
    models: { 'scripted/any': { provider: 'scripted', model: 'any', customTools: true } },
    providers: { scripted: { baseUrl: url, apiKey: 'test-key', wireApi: 'responses' } },
    features: { context_updates: false },
    store: memoryStore(),
  })

test.skipIf(codexLauncher === '')(
  'what it has written goes on here with the items that it sends itself',
  async () => {
    await using home = await codexExecHome()
    await using folder = await tempFolder()
    await using provider = await startProvider([
      [thinks('hm'), calls('exec_command', { cmd: 'echo hi', login: false })],
      custom('apply_patch', '*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch'),
      says('Done.'),
      says('ours'),
      says('theirs'),
    ])
    const first = await codexExec(provider.url, folder.path, 'Add a file.', { home })
    const [file = ''] = await globbed(home.environment.CODEX_HOME)
    await using codex = scripted(provider.url)

    const { threadId } = await codex.threads.importRollout(file)
    await codex.resumeThread(threadId, DIRECT).run('go on')
    await codexExec(provider.url, folder.path, 'go on', { home, resume: threadId })

    expect(first.stdout).toContain(threadId)
    const [ours = [], theirs = []] = provider.requests.slice(-2).map(itemsOf)
    expect(ours.map(({ type }) => type)).toContain('reasoning')
    expect(ours).toEqual(asWeSend(theirs))
  },
)

test.skipIf(codexLauncher === '')('what we have written goes on there with our items', async () => {
  await using home = await codexExecHome()
  await using folder = await tempFolder()
  await using provider = await startProvider([
    calls('list_dir', { dir_path: '.' }),
    says('one'),
    says('theirs'),
    says('ours'),
  ])
  await using codex = scripted(provider.url)
  const thread = codex.startThread({ ...DIRECT, workingDirectory: folder.path })
  await thread.run('first')

  await codex.threads.exportRollout(thread.id, home.environment.CODEX_HOME ?? '')
  const { exitCode } = await codexExec(provider.url, folder.path, 'second', { home, resume: thread.id })

  expect(exitCode).toBe(0)
  const before = provider.requests[1]?.body.input as Json[]
  const theirs = lastSent(provider)
  expect(theirs.slice(0, before.length)).toMatchObject([...before.slice(1), assistant('one')])

  // And back, with what was said there.
  await using elsewhere = scripted(provider.url)
  const [file = ''] = await globbed(home.environment.CODEX_HOME)
  const { threadId } = await elsewhere.threads.importRollout(file)
  await elsewhere.resumeThread(threadId, DIRECT).run('third')
  expect(lastSent(provider).slice(0, theirs.length)).toEqual(theirs)
})

async function globbed(home: string | undefined): Promise<string[]> {
  const files = await Array.fromAsync(glob('sessions/**/*.jsonl', { cwd: home ?? '' }))
  return files.map((file) => path.join(home ?? '', file))
}
