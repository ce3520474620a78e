/** Scripts and tasks whose process was killed, and what becomes of them when the thread goes on. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Codex, type Thread } from '../../src/index.ts'
import { fileStore } from '../../src/stores/index.ts'
import { calls, type ScriptedProvider, type Step, says, startProvider } from '../../src/testing/index.ts'
import { workshop } from '../fixtures/codex/workshop.ts'
import { tempFolder } from '../support/temp-folder.ts'

const program = fileURLToPath(new URL('../fixtures/codex/script-host.ts', import.meta.url))

interface Killed extends AsyncDisposable {
  readonly thread: Thread
  readonly provider: ScriptedProvider
  /** What the tools did in both processes, line by line. */
  trace(): Promise<string[]>
}

/** A thread whose model had sent `source`; its process was killed when it said `word`. */
function killedAt(word: string, source: string, ...then: Step[]): Promise<Killed> {
  return killedWith('local/any', word, [calls('exec', { source }), ...then])
}

async function killedWith(model: string, word: string, steps: readonly Step[]): Promise<Killed> {
  const [state, folder] = [await tempFolder(), await tempFolder()]
  const provider = await startProvider([...steps])
  const id = await killedId(word, [state.path, folder.path, provider.url, model])
  const codex = new Codex({
    model,
    models: { 'local/text': { provider: 'local', model: 'any', toolCalls: false } },
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: fileStore(state.path),
    packs: [workshop(folder.path)],
  })
  return {
    thread: codex.resumeThread(id, { approvalPolicy: 'on-request' }),
    provider,
    trace: async () => (await readFile(path.join(folder.path, 'trace.txt'), 'utf8')).trim().split('\n'),
    async [Symbol.asyncDispose]() {
      await codex.close()
      for (const part of [provider, folder, state]) await part[Symbol.asyncDispose]()
    },
  }
}

async function killedId(word: string, args: readonly string[]): Promise<string> {
  const host = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  let id = ''
  for await (const line of createInterface({ input: host.stdout })) {
    if (line.startsWith('thread ')) id = line.slice('thread '.length)
    if (line === word || line === 'completed') host.kill('SIGKILL')
  }
  if (host.exitCode === null && host.signalCode === null) await once(host, 'close')
  return id
}

const output = ({ provider }: Killed, request: number) => String(provider.requests[request]?.outputOf('exec'))

test('pain 18: finished calls are not repeated, and two equal reads with a write between them stay two', async () => {
  await using killed = await killedAt(
    'hanging',
    `const before = await tools.count()
     await tools.work('write')
     const after = await tools.count()
     text(\`\${before} then \${after}\`)
     try { await tools.hang() } catch { text('caught') } finally { text('finally') }
     await tools.work('too late')`,
    says('I will look.'),
  )

  const turn = await killed.thread.continue()

  expect(turn.finalResponse).toBe('I will look.')
  expect(await killed.trace()).toEqual(['count', 'work "write"', 'count', 'hang'])
  expect(output(killed, 1)).toContain('0 then 2')
  expect(output(killed, 1)).toMatch(/tools\.hang was at work, and whether that took effect is not known/)
  expect(output(killed, 1)).not.toMatch(/caught|finally/)
})

test('chance, time and failures are as they were, so the replay takes the same way', async () => {
  await using killed = await killedAt(
    'asked',
    `const dice = Math.random()
     const now = Date.now()
     await tools.work({ on: { dice, now, when: new Date(now) } })
     const failure = await tools.fail().catch((error) => \`\${error.name}: \${error.message}\`)
     await Promise.all([tools.work(['b', Math.random()]), tools.work(['a', Math.random()])])
     const signed = await tools.sign('the end')
     return { failure, signed }`,
    says('done'),
  )

  const [request] = await killed.thread.approvals()
  await killed.thread.answer(request?.id ?? '', { decision: 'approved' })
  await killed.thread.continue()

  const trace = await killed.trace()
  expect(trace).toHaveLength(5)
  expect(trace.at(-1)).toBe('signed the end')
  expect(output(killed, 1)).toContain('no luck')
  expect(output(killed, 1)).toContain('signed the end')
})

test('with a new prompt the script is replayed too, and what nobody answered is denied', async () => {
  await using killed = await killedAt(
    'asked',
    `const first = await tools.work(1)
     const signed = await tools.sign('it').catch((error) => error.message)
     return { first, signed }`,
    says('Never mind.'),
  )

  await killed.thread.run('Leave it')

  expect(await killed.trace()).toEqual(['work 1'])
  expect(output(killed, 1)).toMatch(/sign was not run: it was denied: nobody had answered/)
})

test('nothing runs before the thread is run', async () => {
  await using killed = await killedAt('asked', `await tools.work(1); await tools.sign('it')`, says('done'))

  await killed.thread.approvals()

  expect(await killed.trace()).toEqual(['work 1'])
  expect(killed.provider.requests).toHaveLength(1)
})

test('a call that may be repeated is made again', async () => {
  await using killed = await killedAt(
    'hanging',
    `await tools.work(1); return await tools.fetchSlowly()`,
    says('done'),
  )

  await killed.thread.continue()

  expect(await killed.trace()).toEqual(['work 1', 'fetch', 'fetch'])
  expect(output(killed, 1)).toContain('fetched')
})

test('a task that was cut off is told to the model as interrupted; one that can be is started again', async () => {
  await using killed = await killedAt(
    'completed',
    `const { id } = tools.spawn.hang()
     tools.spawn.fetchSlowly()
     return id`,
    says('started'),
    says('I see.'),
    says('And now I know.'),
  )

  await killed.thread.run('How is it?')

  const asked = killed.provider.requests.map(({ text }) => text).join('\n')
  expect(asked).toMatch(/Task task_\S+1 \(tools\.hang\) was interrupted/)
  expect(asked).toMatch(/Task task_\S+2 \(tools\.fetchSlowly\) is done: fetched/)
  expect(await killed.trace()).toEqual(['hang', 'fetch', 'fetch'])
})

test('a script in the text of the model is taken up like one in a call', async () => {
  const block =
    "<tool-calls>\nawait tools.work('write')\nstore('a', 1)\nawait tools.hang()\nawait tools.work('late')\n</tool-calls>"
  await using killed = await killedWith('local/text', 'hanging', [
    says(`I begin.\n${block}`),
    says('I will look.'),
  ])

  await killed.thread.continue()

  expect(await killed.trace()).toEqual(['work "write"', 'hang'])
  const told = killed.provider.requests[1]?.text
  expect(told).toContain('<script-output>')
  expect(told).toMatch(/✓ tools\.work done/)
  expect(told).toMatch(/tools\.hang was at work, and whether that took effect is not known/)
})
