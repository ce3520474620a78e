/** Threads outlive the process: resumed, forked, listed, damaged. */

import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Codex } from '../../src/index.ts'
import { fileStore, memoryStore } from '../../src/stores/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'
import { tempFolder } from '../support/temp-folder.ts'

const options = { toolMode: 'direct' } as const

/** Another process's view of the same store. */
function another(provider: { url: string }, folder: string): Codex {
  return new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: fileStore(folder),
  })
}

async function threadFile(folder: string): Promise<string> {
  const [name = ''] = (await readdir(path.join(folder, 'threads'))).filter((entry) =>
    entry.endsWith('.jsonl'),
  )
  return path.join(folder, 'threads', name)
}

test('a resumed thread sends what it sent before, byte for byte, and goes on', async () => {
  await using state = await tempFolder()
  await using at = await bench([calls('list_dir', { dir_path: '.' }), says('one'), says('two')], {
    store: fileStore(state.path),
    files: { 'a.txt': 'a' },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  await thread.run('first')
  await using elsewhere = another(at.provider, state.path)

  const turn = await elsewhere.resumeThread(thread.id, options).run('second')

  expect(turn.finalResponse).toBe('two')
  const [, before, after] = at.provider.requests.map((request) => request.body.input as unknown[])
  expect(after?.slice(0, before?.length)).toEqual(before)
  expect(turn.threadUsage.input_tokens).toBeGreaterThan(turn.usage?.input_tokens ?? 0)
})

test('a resumed thread keeps its model, unless another is asked for', async () => {
  await using at = await bench([says('one'), says('two'), says('three')])
  const models = { special: { provider: 'local', model: 'special-model' } }
  await using codex = new Codex({
    model: 'local/any',
    models,
    providers: { local: { baseUrl: at.provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: memoryStore(),
  })
  const thread = codex.startThread({ workingDirectory: at.folder.path, ...options, model: 'special' })
  await thread.run('first')
  await thread.close()

  await codex.resumeThread(thread.id, options).run('second')
  await codex.resumeThread(thread.id, options).run('third', { model: 'local/other' })

  expect(at.provider.requests.map((request) => request.body.model)).toEqual([
    'special-model',
    'special-model',
    'other',
  ])
})

test('a thread that another process added to is read again before it goes on', async () => {
  await using state = await tempFolder()
  await using at = await bench([says('one'), says('two'), says('three')], { store: fileStore(state.path) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  await thread.run('first')
  await using elsewhere = another(at.provider, state.path)
  await elsewhere.resumeThread(thread.id, options).run('second')

  await thread.run('third')

  expect(at.provider.requests[2]?.texts('user').slice(-3)).toEqual(['first', 'second', 'third'])
})

test('a fork goes its own way and leaves the first thread as it was', async () => {
  await using at = await bench([says('one'), says('forked'), says('kept')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  await thread.run('first')

  const fork = await thread.fork()
  await fork.run('in the fork')
  await thread.run('in the first')

  expect(at.provider.requests[1]?.texts('user').slice(-2)).toEqual(['first', 'in the fork'])
  expect(at.provider.requests[2]?.texts('user').slice(-2)).toEqual(['first', 'in the first'])
  expect(at.provider.requests[2]?.texts('user')).not.toContain('in the fork')
  expect((await at.codex.threads.list()).map(({ meta }) => meta.forkedFrom ?? null)).toContain(thread.id)
})

test('a fork with options of its own keeps them where it is resumed', async () => {
  await using at = await bench([says('one'), says('two')])
  const planner = at.codex.startThread({
    workingDirectory: at.folder.path,
    toolMode: 'direct',
    agentId: 'ann',
  })
  await planner.run('Plan.')

  const { id } = await planner.fork({ model: 'local/other', agentId: 'bob' })
  await at.codex.close()
  await using elsewhere = new Codex({
    providers: { local: { baseUrl: at.provider.url, apiKey: 'test-key' } },
    store: at.store,
  })
  await elsewhere.resumeThread(id, { toolMode: 'direct' }).run('Code.')

  expect(at.provider.requests[1]?.body.model).toBe('other')
  expect(at.provider.requests[1]?.texts('user')).toContain('<message from="ann">\none\n</message>')
})

test('threads are listed, archived, brought back and deleted', async () => {
  await using state = await tempFolder()
  await using at = await bench([says('one')], { store: fileStore(state.path) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  await thread.run('first')
  const ids = async (archived: boolean) =>
    (await at.codex.threads.list({ archived })).map(({ meta }) => meta.id)

  expect(await ids(false)).toEqual([thread.id])
  await at.codex.threads.archive(thread.id)
  expect(await ids(false)).toEqual([])
  expect(await ids(true)).toEqual([thread.id])
  await at.codex.threads.unarchive(thread.id)
  await at.codex.threads.delete(thread.id)
  expect(await ids(false)).toEqual([])
})

test('a thread is not archived while a turn runs on it, and what is no id is refused', async () => {
  await using at = await bench([says('one')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  const run = thread.run('first')

  await expect(at.codex.threads.archive(thread.id)).rejects.toMatchObject({ code: 'thread_busy' })
  await run
  await at.codex.threads.archive(thread.id)

  // @ts-expect-error What a caller without types may pass.
  await expect(at.codex.threads.archive(null)).rejects.toMatchObject({ option: 'id' })
})

test('a last line that a crash tore is left out; a damaged line before it is named', async () => {
  await using state = await tempFolder()
  await using at = await bench([says('one'), says('two')], { store: fileStore(state.path) })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...options })
  await thread.run('first')
  await thread.close()
  const file = await threadFile(state.path)

  await appendFile(file, '{"type":"response_item","item":{"type":"mess')
  const torn = at.codex.resumeThread(thread.id, options)
  await torn.run('second')
  await torn.close()
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, lines.with(2, '{"type":').join('\n'))
  const error = await at.codex
    .resumeThread(thread.id, options)
    .run('third')
    .catch((caught: unknown) => caught)

  expect(at.provider.requests[1]?.texts('user').slice(-2)).toEqual(['first', 'second'])
  expect(error).toMatchObject({ line: 3, message: expect.stringContaining(file) })
})

test('a thread whose first run could not begin is as new as before', async () => {
  await using at = await bench([says('hello')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, toolMode: 'direct' })
  const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

  const notBegun = await failure(thread.run('hello', { model: 'nobody/at-all' }))
  const others = [
    await failure(thread.fork()),
    await failure(thread.continue()),
    await failure(thread.compact()),
  ]
  const asked = await thread.approvals()
  const listed = await at.codex.threads.list()

  expect([notBegun, ...others]).toEqual(Array(4).fill(expect.objectContaining({ code: 'bad_option' })))
  expect([...asked, ...listed]).toEqual([])
  expect(await thread.run('hello')).toMatchObject({ finalResponse: 'hello' })
})

test('a thread that is not there is said to be missing', async () => {
  await using at = await bench([])

  const error = await at.codex
    .resumeThread('01a1fd19-0000-7000-8000-000000000000')
    .run('hello')
    .catch((caught: unknown) => caught)

  expect(error).toMatchObject({ name: 'ThreadNotFoundError' })
})
