/** Threads go to Codex as its own files, and come from there. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { Codex, type ThreadId } from '../../src/index.ts'
import type { ResponseItem } from '../../src/protocol/response-item.ts'
import { memoryStore } from '../../src/stores/index.ts'
import { calls, says, thinks } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'
import {
  assistant,
  asWeSend,
  DIRECT,
  fixture,
  ID,
  imported,
  item,
  lastSent,
  line,
  meta,
  PATCHES,
  payloads,
  QUIET,
  resumed,
  rolloutFile,
  user,
} from '../support/rollouts.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('a file that Codex wrote', () => {
  test.each(['two-turns', 'compacted'])(
    '%s: the next request carries what Codex itself sends',
    async (name) => {
      await using at = await bench([says('yes')], QUIET)
      const { threadId } = await at.codex.threads.importRollout(fixture(`${name}.jsonl`))

      const sent = await resumed(at, threadId)

      const theirs = asWeSend(JSON.parse(await readFile(fixture(`${name}.resumed.json`), 'utf8')))
      expect(sent).toEqual(theirs)
    },
  )

  test('becomes a thread with its folder, its time, its turns and their usage', async () => {
    await using at = await bench([says('yes')], PATCHES)

    const { threadId, skipped } = await at.codex.threads.importRollout(fixture('two-turns.jsonl'))

    const [summary] = await at.codex.threads.list()
    expect(summary?.meta).toMatchObject({ id: threadId, workingDirectory: '/project', source: 'user' })
    expect(new Date(summary?.meta.createdAt ?? 0).getFullYear()).toBe(2026)
    const turn = await at.codex
      .resumeThread(threadId, { ...DIRECT, workingDirectory: at.folder.path })
      .run('go on')
    expect(turn.threadUsage.input_tokens - (turn.usage?.input_tokens ?? 0)).toBe(400)
    expect(skipped).toMatchObject({ world_state: 1, 'event_msg/item_completed': expect.any(Number) })
    const records = await at.store.threads.read(threadId)
    expect(records.filter(({ type }) => type === 'turn_started')).toHaveLength(3)
    expect(records.find(({ type }) => type === 'turn_started')).toMatchObject({
      options: { model: 'any', sandboxMode: 'danger-full-access', approvalPolicy: 'never' },
    })
  })

  test.each(['two-turns', 'compacted'])(
    '%s: exported again, each item has the bytes it had',
    async (name) => {
      await using at = await bench([])
      await using home = await tempFolder()
      const { threadId } = await at.codex.threads.importRollout(fixture(`${name}.jsonl`))

      const file = await at.codex.threads.exportRollout(threadId, home.path)

      const bytes = async (from: string) =>
        (await payloads(from, 'response_item')).map(
          ({ internal_chat_message_metadata_passthrough: _, ...rest }) => JSON.stringify(rest),
        )
      expect(await bytes(file)).toEqual(await bytes(fixture(`${name}.jsonl`)))
    },
  )

  test('private reasoning goes to the provider that made it, under the name that it has here, and to no other', async () => {
    await using at = await bench([says('one'), says('two')], QUIET)
    const lines = [
      meta({ model_provider: 'theirs' }),
      line('turn_context', { turn_id: 't1', cwd: '/project', model: 'any' }),
      item(user('first')),
      item({
        type: 'reasoning',
        id: 'rs_1',
        summary: [],
        content: null,
        encrypted_content: 'secret thought',
      }),
      item(assistant('yes')),
    ]
    const file = await rolloutFile(at, ...lines)

    const stranger = await at.codex.threads.importRollout(file)
    const friend = await at.codex.threads.importRollout(file, { provider: 'local', newId: true })

    expect((await resumed(at, stranger.threadId)).map(({ type }) => type)).toEqual(['message', 'message'])
    expect((await resumed(at, friend.threadId)).map(({ type }) => type)).toEqual([
      'message',
      'reasoning',
      'message',
    ])
  })
})

describe('what a file may hold', () => {
  test('going back takes the last turns away, with what was told before them', async () => {
    await using at = await bench([says('yes')], QUIET)

    const sent = await imported(
      at,
      meta(),
      item(user('first')),
      item(assistant('one')),
      item(user('<environment_context>\n</environment_context>')),
      item(user('second')),
      item(assistant('two')),
      line('event_msg', { type: 'thread_rolled_back', num_turns: 1 }),
    )

    expect(sent).toEqual([user('first'), assistant('one')])
  })

  test('an old compaction, a summary alone, keeps the words of the user before it', async () => {
    await using at = await bench([says('yes')], QUIET)

    const sent = await imported(
      at,
      meta(),
      item(user('first')),
      item(assistant('one')),
      line('compacted', { message: 'summary 1' }),
      item(user('second')),
      item(assistant('two')),
      line('compacted', { message: 'summary 2' }),
      item(user('third')),
    )

    expect(sent).toEqual([user('first'), user('second'), user('summary 2'), user('third')])
  })

  test('items of types and shapes that we do not know stay verbatim, calls together with their outputs', async () => {
    await using at = await bench([says('yes')], { ...QUIET, provider: { strict: false } })
    const raw = [
      { type: 'novelty', id: 'n_1', depth: { of: [1] } },
      {
        type: 'local_shell_call',
        call_id: 'c1',
        status: 'completed',
        action: { type: 'exec', command: ['ls'] },
      },
      { type: 'function_call_output', call_id: 'c1', output: 'a.txt' },
      { type: 'function_call', name: 'listen', arguments: '{}', call_id: 'c2' },
      { type: 'function_call_output', call_id: 'c2', output: [{ type: 'input_audio', data: 'AAAA' }] },
      {
        type: 'local_shell_call',
        call_id: 'c3',
        status: 'completed',
        action: { type: 'exec', command: ['ls'] },
      },
    ]

    // The scripted provider knows no such calls, and refuses what it has kept for us to see.
    const sent = await imported(
      at,
      meta({ model_provider: 'local' }),
      line('turn_context', { turn_id: 't1', cwd: '/project', model: 'any' }),
      item(user('first')),
      ...raw.map(item),
      item(assistant('yes')),
    ).catch(() => lastSent(at.provider))

    const answer = { type: 'function_call_output', call_id: 'c3', output: 'aborted' }
    expect(sent).toEqual([user('first'), ...raw, answer, assistant('yes')])
  })

  test('what Codex sends to no model, and lines of unknown types, are counted', async () => {
    await using at = await bench([])
    const file = await rolloutFile(
      at,
      meta(),
      item({ type: 'ghost_snapshot', ghost_commit: {} }),
      item({ type: 'message', role: 'system', content: [] }),
      line('tomorrow', { a: 1 }),
      line('tomorrow', { a: 2 }),
    )

    const { skipped } = await at.codex.threads.importRollout(file)

    expect(skipped).toEqual({
      'response_item/ghost_snapshot': 1,
      'response_item/system message': 1,
      tomorrow: 2,
    })
  })

  test('a turn without its end was cut off, and can be gone on with', async () => {
    await using at = await bench([says('yes')], QUIET)
    const file = await rolloutFile(
      at,
      meta(),
      line('event_msg', { type: 'task_started', turn_id: 't1' }),
      item(user('first')),
      item({ type: 'function_call', name: 'exec_command', arguments: '{}', call_id: 'c1' }),
    )
    const { threadId } = await at.codex.threads.importRollout(file)

    await at.codex.resumeThread(threadId, { ...DIRECT, workingDirectory: at.folder.path }).continue()

    expect(at.provider.requests[0]?.outputOf('exec_command')).toBe('aborted')
  })

  test('a last line that was cut short is left out', async () => {
    await using at = await bench([says('yes')], QUIET)

    const sent = await imported(at, meta(), item(user('first')), item(assistant('yes')), '{"timestamp":"20')

    expect(sent).toEqual([user('first'), assistant('yes')])
  })

  test('secrets that the host knows of do not come in', async () => {
    const key = 'test-key-of-the-shop'
    await using at = await bench([says('yes')], {
      ...QUIET,
      env: { SHOP_API_KEY: key, PATH: process.env.PATH ?? '' },
    })

    const sent = await imported(
      at,
      meta(),
      item(user(`my key is ${key}`)),
      item({ ...assistant(key), status: 'done' }),
    )

    expect(sent).toHaveLength(2)
    const { threads } = at.store
    expect(JSON.stringify(await threads.read(ID as ThreadId))).not.toContain(key)
  })
})

const DEEP = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`

describe('a file that cannot be meant', () => {
  test.each([
    ['no JSON', [meta(), 'nonsense', item(user('x'))], 2, 'not a JSON object'],
    ['no payload', [meta(), '{"type":"response_item"}', item(user('x'))], 2, 'no payload'],
    ['no description', [item(user('x'))], 1, 'session_meta'],
    ['a description without a folder', [meta({ cwd: null })], 1, 'lacks id, timestamp or cwd'],
    ['a message without content', [meta(), item({ type: 'message', role: 'user' })], 2, 'the message lacks'],
    [
      'a call without its id',
      [meta(), item({ type: 'function_call', name: 'x', arguments: '{}' })],
      2,
      'function_call',
    ],
    [
      'a compaction of no items',
      [meta(), line('compacted', { replacement_history: [1] })],
      2,
      'replacement_history',
    ],
    ['nothing', [''], 1, 'session_meta'],
    [
      'nesting without end',
      [
        meta(),
        `{"timestamp":"2026-11-22T00:00:00Z","type":"response_item","payload":{"type":"odd","deep":${DEEP}}}`,
      ],
      2,
      'too deeply',
    ],
  ])('%s: the error names file and line, and nothing is imported', async (_, lines, at, problem) => {
    await using codex = await bench([])
    const file = await rolloutFile(codex, ...lines)

    const error: unknown = await codex.codex.threads.importRollout(file).catch((reason: unknown) => reason)

    expect(error).toMatchObject({ code: 'rollout_damaged', file, line: at })
    expect(String(error)).toContain(problem)
    expect(await codex.codex.threads.list()).toEqual([])
  })

  test('a file that is not there, and options that cannot be meant, say so', async () => {
    await using at = await bench([])

    await expect(at.codex.threads.importRollout('nowhere.jsonl')).rejects.toMatchObject({
      code: 'store_failed',
    })
    await expect(at.codex.threads.importRollout('')).rejects.toMatchObject({ option: 'file' })
    const odd = { newID: true } as object
    await expect(at.codex.threads.importRollout('x', odd)).rejects.toMatchObject({ option: 'newID' })
  })

  test('a thread that is here already is not written over; it comes in again under an id of its own', async () => {
    await using at = await bench([])
    const file = fixture('two-turns.jsonl')
    const first = await at.codex.threads.importRollout(file)

    await expect(at.codex.threads.importRollout(file)).rejects.toMatchObject({ code: 'thread_exists' })
    const second = await at.codex.threads.importRollout(file, { newId: true })

    expect(second.threadId).not.toBe(first.threadId)
    const [{ meta: copy } = { meta: null }] = (await at.codex.threads.list()).filter(
      (thread) => thread.meta.id === second.threadId,
    )
    expect(copy?.forkedFrom).toBe(first.threadId)
  })
})

describe('a thread of ours', () => {
  test('exported and imported elsewhere, it sends the same next request, byte for byte', async () => {
    await using home = await tempFolder()
    await using at = await bench([
      [thinks('hm'), calls('list_dir', { dir_path: '.' })],
      says('one'),
      says('two'),
      says('three'),
    ])
    const thread = at.codex.startThread({
      ...DIRECT,
      workingDirectory: at.folder.path,
      threadSource: 'greeter',
    })
    await thread.run('first')
    await using elsewhere = new Codex({
      model: 'local/any',
      providers: { local: { baseUrl: at.provider.url, apiKey: 'test-key', wireApi: 'responses' } },
      store: memoryStore(),
    })

    const file = await at.codex.threads.exportRollout(thread.id, home.path)
    const { threadId } = await elsewhere.threads.importRollout(file)

    expect(threadId).toBe(thread.id)
    expect(await elsewhere.threads.list()).toMatchObject([{ meta: (await at.codex.threads.list())[0]?.meta }])
    const theirs = await elsewhere.resumeThread(threadId, DIRECT).run('second')
    const ours = await thread.run('second')
    const [, , one, other] = at.provider.requests
    expect(one?.text).toBe(other?.text)
    expect(theirs.threadUsage).toEqual(ours.threadUsage)
  })

  test('goes out without the secrets that the host knows of by then', async () => {
    const key = 'test-key-of-the-shop'
    await using home = await tempFolder()
    await using at = await bench([], { env: { SHOP_API_KEY: key, PATH: process.env.PATH ?? '' } })
    await using writer = await at.store.threads.create({ id: ID, createdAt: 0, workingDirectory: '/project' })
    const said = { ...user(`my key is ${key}`), role: 'user' as const, agentId: 'shop' }
    await writer.append([{ type: 'response_item', item: said as ResponseItem }])

    const file = await at.codex.threads.exportRollout(ID, home.path)

    const text = await readFile(file, 'utf8')
    expect(text).toContain('my key is [redacted]')
    expect(text).not.toContain(key)
  })

  test('what only a provider of another wire API can read is no item for Codex, and comes back here', async () => {
    await using home = await tempFolder()
    await using at = await bench([])
    const made = { provider: 'claude', model: 'any', data: { wireApi: 'messages', signature: 's' } }
    const reasoning = { type: 'reasoning' as const, summary: [], providerData: made }
    await using writer = await at.store.threads.create({ id: ID, createdAt: 0, workingDirectory: '/project' })
    await writer.append([{ type: 'response_item', item: reasoning }])

    const file = await at.codex.threads.exportRollout(ID, home.path)

    expect(await payloads(file, 'response_item')).toEqual([])
    const { threadId } = await at.codex.threads.importRollout(file, { newId: true })
    expect(await at.store.threads.read(threadId)).toContainEqual({ type: 'response_item', item: reasoning })
  })

  test('is there once for Codex, and named as Codex names it', async () => {
    await using home = await tempFolder()
    await using at = await bench([says('yes')])
    const thread = at.codex.startThread({ ...DIRECT, workingDirectory: at.folder.path })
    await thread.run('first')

    const file = await at.codex.threads.exportRollout(thread.id, home.path)
    const again: unknown = await at.codex.threads
      .exportRollout(thread.id, home.path)
      .catch((error: unknown) => error)

    expect(path.relative(home.path, file)).toMatch(
      new RegExp(
        `^sessions/\\d{4}/\\d\\d/\\d\\d/rollout-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-${thread.id}\\.jsonl$`,
      ),
    )
    expect(again).toMatchObject({ code: 'bad_option', option: 'id' })
    expect(String(again)).toContain(file)
    await expect(at.codex.threads.exportRollout('nobody', home.path)).rejects.toMatchObject({
      code: 'thread_not_found',
    })
    await expect(at.codex.threads.exportRollout(thread.id, '')).rejects.toMatchObject({ option: 'codexHome' })
  })
})
