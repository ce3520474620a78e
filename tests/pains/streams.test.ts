/** What users of other libraries suffer when a response breaks, or a run fails. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { CodexOptions, ThreadEvent } from '../../src/index.ts'
import {
  calls,
  cutsAfter,
  endsWithoutTerminalEvent,
  hangs,
  refuses,
  type Step,
  says,
} from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const

async function rejectionsDuring(work: () => Promise<void>): Promise<unknown[]> {
  const rejections: unknown[] = []
  const listen = (error: unknown) => rejections.push(error)
  process.on('unhandledRejection', listen)
  try {
    await work()
    // Rejections that nobody handles are told of after the microtasks of their turn of the loop.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', listen)
  }
  return rejections
}

const SILENT = hangs()
const broken = () => {
  throw new Error('broken')
}

test.each<[string, readonly Step[], CodexOptions]>([
  ['a refusal', [refuses(400, { error: { message: 'no' } })], {}],
  ['a stream that breaks for ever', [endsWithoutTerminalEvent(), endsWithoutTerminalEvent()], {}],
  ['a failing hook', [], { hooks: { beforeTurn: broken, onError: broken } }],
  ['an option that cannot be meant', [], { model: 'nobody/any' }],
  ['a provider that is silent, and a thread that is closed', [SILENT], {}],
])('pain 8: %s rejects only where somebody looks, and every reader settles', async (_, script, options) => {
  const rejections = await rejectionsDuring(async () => {
    await using at = await bench(script, {
      ...options,
      provider: { whenScriptEnds: 'repeat', strict: false },
    })
    const folder = { workingDirectory: at.folder.path, ...direct, whenBusy: 'queue' as const }
    const thread = at.codex.startThread(folder)

    // Nobody looks at the first, the second is iterated, and both are over before the third is.
    thread.run('one')
    const iterated = Array.fromAsync(thread.run('two'))
    const awaited = thread.run('three').then(() => 'fine')
    if (script[0] === SILENT) await at.provider.nextRequest().then(() => thread.close())

    await expect(iterated).rejects.toThrow()
    await expect(awaited).rejects.toThrow()
  })

  expect(rejections).toEqual([])
})

test.each(WIRES)(
  'pain 12: %s: a body that ends cleanly but too early is no success, and is asked for again',
  async (wireApi) => {
    await using at = await bench(
      [
        [says('Half an answ'), endsWithoutTerminalEvent()],
        [says('Half an answer, whole'), cutsAfter(3)],
      ],
      { provider: { wireApi } },
    )
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const events: ThreadEvent[] = []
    const error = await (async () => {
      for await (const event of thread.run('go')) events.push(event)
    })().catch((caught: unknown) => caught)

    expect(error).toMatchObject({ code: 'stream_interrupted', retryable: true })
    expect(events.filter(({ type }) => type === 'turn.completed')).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'turn.failed' })
    expect(at.provider.requests).toHaveLength(2)
  },
)

test.each(WIRES)(
  'pain 12: %s: what is asked for again is said once, and a call that was whole runs once',
  async (wireApi) => {
    const once = calls('exec_command', { cmd: 'echo once >> log.txt', login: false })
    await using at = await bench([[once, endsWithoutTerminalEvent()], [says('The answer')]], {
      provider: { wireApi },
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const turn = await thread.run('go').catch((error: unknown) => error)
    const log = await readFile(path.join(at.folder.path, 'log.txt'), 'utf8').catch(() => '')

    // Of an interface that ends its calls only with the response, nothing was whole, and nothing has run.
    expect(['', 'once\n']).toContain(log)
    expect(turn).toMatchObject({ finalResponse: 'The answer' })
    const outputs = at.provider.requests[1]?.items.filter(({ type }) => type === 'output') ?? []
    expect(outputs).toEqual(
      log === '' ? [] : [expect.objectContaining({ text: expect.stringContaining('code 0') })],
    )
  },
)
