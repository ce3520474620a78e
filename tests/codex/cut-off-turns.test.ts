/** Turns whose process was killed, and what becomes of the calls that were open. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type ApprovalDecision, Codex, type Thread } from '../../src/index.ts'
import { fileStore } from '../../src/stores/index.ts'
import { calls, type ScriptedProvider, type Step, says, startProvider } from '../../src/testing/index.ts'
import { shop } from '../fixtures/codex/shop.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'

const program = fileURLToPath(new URL('../fixtures/codex/ask-and-wait.ts', import.meta.url))

interface CutOff extends AsyncDisposable {
  readonly thread: Thread
  readonly provider: ScriptedProvider
  /** What the tools did, line by line, in both processes. */
  done(): Promise<string[]>
}

/** A thread whose process was killed while it waited for a person, resumed in this one. */
async function cutOff(first: Step, ...then: Step[]): Promise<CutOff> {
  const state = await tempFolder()
  const folder = await tempFolder()
  const provider = await startProvider([first, ...then])
  const id = await killedWhileAsking(state, folder, provider.url)
  const codex = new Codex({
    model: 'local/any',
    providers: { local: { baseUrl: provider.url, apiKey: 'test-key', wireApi: 'responses' } },
    store: fileStore(state.path),
    packs: [shop(folder.path)],
  })
  return {
    thread: codex.resumeThread(id, { approvalPolicy: 'on-request', toolMode: 'direct' }),
    provider,
    done: async () => (await readFile(path.join(folder.path, 'trace.txt'), 'utf8')).trim().split('\n'),
    async [Symbol.asyncDispose]() {
      await codex.close()
      for (const part of [provider, folder, state]) await part[Symbol.asyncDispose]()
    },
  }
}

async function killedWhileAsking(state: TempFolder, folder: TempFolder, url: string): Promise<string> {
  const host = spawn(process.execPath, [program, state.path, folder.path, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line]: Buffer[] = await once(host.stdout, 'data')
  host.kill('SIGKILL')
  await once(host, 'close')
  return String(line).trim()
}

const SEND = calls('send', { order: 'A1' }, { callId: 'send-1' })

test('pain 17: a restarted process lists the question, answers it, and the call runs once', async () => {
  await using at = await cutOff(SEND, says('It is on its way.'))

  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })
  const left = await at.thread.approvals()
  const turn = await at.thread.continue()

  expect(request).toMatchObject({ tool: 'send', input: { order: 'A1' }, callId: 'send-1' })
  expect(left).toEqual([])
  expect(turn.finalResponse).toBe('It is on its way.')
  expect(at.provider.requests[1]?.outputOf('send')).toBe('sent A1')
  expect(await at.done()).toEqual(['sent A1'])
})

test.each<[ApprovalDecision, RegExp]>([
  [{ decision: 'denied', reason: 'not today' }, /send was not run: it was denied: not today/],
])('an answer of %o reaches the model, and nothing runs', async (decision, output) => {
  await using at = await cutOff(
    [SEND, calls('look_up', { order: 'A1' }, { callId: 'look-1' })],
    says('I did not send it.'),
  )

  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', decision)
  await at.thread.continue()

  expect(at.provider.requests[1]?.outputOf('send')).toMatch(output)
  expect(at.provider.requests[1]?.outputOf('look_up')).toBe('found A1')
  expect(await at.done()).not.toContain('sent A1')
})

test('an unanswered question is asked again under its id when the turn goes on', async () => {
  await using at = await cutOff(SEND, says('done'))

  const [before] = await at.thread.approvals()
  const asked: string[] = []
  for await (const event of at.thread.continue()) {
    if (event.type !== 'approval.requested') continue
    asked.push(event.request.id)
    await at.thread.answer(event.request.id, { decision: 'approved' })
  }

  expect(asked).toEqual([before?.id])
  expect(await at.done()).toEqual(['sent A1'])
})

test('pain 17: with a new prompt, a question that nobody answered counts as denied', async () => {
  await using at = await cutOff(SEND, says('Never mind.'))

  await at.thread.run('Forget it')

  expect(at.provider.requests[1]?.outputOf('send')).toMatch(/not run.*nobody answered/)
  expect(await at.thread.approvals()).toEqual([])
})

test('pain 18: a call that was at work is not run again, and the model is told', async () => {
  await using at = await cutOff(
    [calls('pack_up', { order: 'A1' }, { callId: 'pack-1' }), SEND],
    says('I will look.'),
  )

  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })
  await at.thread.continue()

  expect(at.provider.requests[1]?.outputOf('pack_up')).toMatch(/aborted.*under way.*look before you repeat/s)
  expect((await at.done()).sort()).toEqual(['packing A1', 'sent A1'])
})

test('a second answer, and one for no question, is refused', async () => {
  await using at = await cutOff(SEND, says('done'))

  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })

  await expect(at.thread.answer(request?.id ?? '', { decision: 'approved' })).rejects.toThrow(/No call waits/)
  await expect(at.thread.answer('nothing', { decision: 'approved' })).rejects.toThrow(/No call waits/)
  await expect(at.thread.answer(request?.id ?? '', 'yes' as never)).rejects.toThrow(/decision: must be/)
})

test('there is nothing to go on with once a turn came to its end', async () => {
  await using at = await cutOff(SEND, says('done'))
  await at.thread.run('Forget it')

  await expect(at.thread.continue()).rejects.toThrow(/continue: the last turn of the thread came to its end/)
})

test('an answer is used up by the call that it lets run', async () => {
  await using at = await cutOff(SEND, says('done'), says('again'))
  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })
  await at.thread.continue()

  await at.thread.run('and now?')

  expect(await at.done()).toEqual(['sent A1'])
})

test('a fork is asked again: an answer holds for one thread', async () => {
  await using at = await cutOff(SEND, says('done'))
  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })

  const fork = await at.thread.fork()

  expect(await fork.approvals()).toMatchObject([{ tool: 'send', input: { order: 'A1' } }])
})

test('an answer does not hold in another folder', async () => {
  await using at = await cutOff(SEND, says('done'))
  await using elsewhere = await tempFolder()
  const [request] = await at.thread.approvals()
  await at.thread.answer(request?.id ?? '', { decision: 'approved' })
  at.thread.change({ workingDirectory: elsewhere.path })

  const asked: unknown[] = []
  for await (const event of at.thread.continue()) {
    if (event.type !== 'approval.requested') continue
    asked.push(event.request.workingDirectory)
    await at.thread.answer(event.request.id, { decision: 'denied' })
  }

  expect(asked).toEqual([elsewhere.path])
})

test('a call with a secret in it is not run again: what was kept of it is another call', async () => {
  const key = `sk-${'a1b2c3d4e5'.repeat(4)}`
  await using at = await cutOff(
    [calls('look_up', { order: key }, { callId: 'look-1' }), SEND],
    says('I will look.'),
  )

  await at.thread.run('And now?')

  expect(at.provider.requests[1]?.outputOf('look_up')).toMatch(
    /not run again, because a secret in it was not kept/,
  )
})
