/** What a host brings: hooks, approvals, a log, a tracer. */

import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  type ApprovalDecision,
  defineTool,
  type Span,
  type ThreadEvent,
  type Tracer,
} from '../../src/index.ts'
import { calls, says } from '../../src/testing/index.ts'
import { bench } from '../support/codex.ts'

const direct = { toolMode: 'direct' } as const

const refund = defineTool({
  name: 'refund',
  description: 'Refund an order.',
  input: z.object({ order: z.string() }),
  effects: ['external'],
  needsApproval: ({ order }) => order !== 'small',
  run: ({ order }) => `refunded ${order}`,
})
const packs = [{ slug: 'crm', namespace: 'crm', tools: [refund] }]

test('hooks see the turn, may rewrite or deny a call, and hear of failures', async () => {
  const seen: string[] = []
  await using at = await bench(
    [[calls('crm_refund', { order: 'a' }), calls('crm_refund', { order: 'b' })], says('done')],
    {
      packs,
      provider: { strict: false },
      hooks: {
        beforeTurn: () => void seen.push('beforeTurn'),
        beforeToolCall: ({ input }) =>
          JSON.stringify(input).includes('a') ? { input: { order: 'small' } } : { deny: 'not today' },
        afterToolCall: ({ outcome }) => void seen.push(outcome.ok ? 'ok' : 'not ok'),
        afterResponse: ({ step }) => void seen.push(`step ${step}`),
        onError: () => void seen.push('onError'),
      },
    },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')
  await thread.run('again').catch(() => {})

  const outputs = at.provider.requests[1]?.items.flatMap((item) =>
    item.type === 'output' ? [item.text] : [],
  )
  expect(outputs).toEqual(['refunded small', expect.stringContaining('not today')])
  expect(seen).toEqual(['beforeTurn', 'not ok', 'ok', 'step 1', 'step 2', 'beforeTurn', 'onError'])
})

test('a hook that throws fails the turn, and the thread can go on', async () => {
  let isBroken = true
  await using at = await bench([says('fine')], {
    hooks: {
      beforeTurn: () => {
        if (isBroken) throw new Error('hook is broken')
      },
    },
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await thread.run('go').catch((caught: unknown) => caught)
  isBroken = false
  const turn = await thread.run('again')

  expect(error).toMatchObject({ message: 'hook is broken' })
  expect(turn.finalResponse).toBe('fine')
})

test('a question is listed while it waits, and the answer of the host counts', async () => {
  await using at = await bench([calls('crm_refund', { order: 'big' }), says('done')], { packs })
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    approvalPolicy: 'on-request',
    ...direct,
  })

  const asked: unknown[] = []
  for await (const event of thread.run('go')) {
    if (event.type !== 'approval.requested') continue
    asked.push(await thread.approvals())
    await thread.answer(event.request.id, { decision: 'approved' })
  }

  expect(asked).toEqual([
    [expect.objectContaining({ tool: 'crm_refund', input: { order: 'big' }, effects: ['external'] })],
  ])
  expect(await thread.approvals()).toEqual([])
  expect(at.provider.requests[1]?.outputOf('crm_refund')).toBe('refunded big')
})

test.each<[string, () => ApprovalDecision | Promise<ApprovalDecision>, RegExp]>([
  ['approved', () => ({ decision: 'approved' }), /^refunded big$/],
  ['denied with a reason', () => ({ decision: 'denied', reason: 'ask ann' }), /denied: ask ann/],
  [
    'no answer at all',
    () => undefined as unknown as ApprovalDecision,
    /denied: approve\(\) gave no decision/,
  ],
  ['a callback that fails', () => Promise.reject(new Error('offline')), /denied: the answer failed: offline/],
])('approve: %s', async (_, approve, output) => {
  await using at = await bench([calls('crm_refund', { order: 'big' }), says('done')], { packs, approve })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')

  expect(at.provider.requests[1]?.outputOf('crm_refund')).toMatch(output)
})

test('a call that was denied shows as one that failed', async () => {
  await using at = await bench([calls('crm_refund', { order: 'big' }), says('done')], { packs })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const turn = await thread.run('go')

  expect(turn.items[0]).toMatchObject({
    type: 'mcp_tool_call',
    server: 'crm',
    tool: 'refund',
    status: 'failed',
    error: { message: expect.stringContaining('approvalPolicy is never') },
  })
})

test('approved for the session is asked once', async () => {
  let count = 0
  await using at = await bench(
    [calls('crm_refund', { order: 'one' }), calls('crm_refund', { order: 'two' }), says('done')],
    {
      packs,
      approve: () => {
        count += 1
        return { decision: 'approved-for-session' }
      },
    },
  )
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')

  expect(count).toBe(1)
  expect(at.provider.requests[2]?.outputOf('crm_refund')).toBe('refunded two')
})

test('the answer abort ends the turn', async () => {
  await using at = await bench([calls('crm_refund', { order: 'big' }), says('fine')], {
    packs,
    approve: () => ({ decision: 'abort', reason: 'enough' }),
  })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  const error = await thread.run('go').catch((caught: unknown) => caught)
  const turn = await thread.run('go on')

  expect(error).toMatchObject({ name: 'AbortError' })
  expect(turn.finalResponse).toBe('fine')
  expect(at.provider.requests[1]?.outputOf('crm_refund')).toMatch(/the turn was ended: enough/)
})

test('a tracer gets a span for each request and each call, all of them ended', async () => {
  const open = new Set<string>()
  const names: string[] = []
  const tracer: Tracer = {
    startSpan: (name) => {
      names.push(name)
      open.add(name)
      const span: Span = {
        setAttribute: () => span,
        setAttributes: () => span,
        recordException: () => {},
        setStatus: () => span,
        end: () => void open.delete(name),
      }
      return span
    },
  }
  await using at = await bench([calls('crm_refund', { order: 'small' }), says('done')], { packs, tracer })
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

  await thread.run('go')

  expect(names).toEqual(['chat any', 'execute_tool crm_refund', 'chat any'])
  expect([...open]).toEqual([])
})

test('steering reaches the turn that runs, and needs one', async () => {
  await using at = await bench([calls('update_plan', { plan: [] }), says('done')])
  const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })
  const events: ThreadEvent[] = []

  const idle = await thread.steer('too early').catch((caught: unknown) => caught)
  for await (const event of thread.run('go')) {
    events.push(event)
    if (event.type === 'turn.started') await thread.steer('use pnpm')
  }

  expect(idle).toMatchObject({ code: 'no_active_turn' })
  expect(at.provider.requests[1]?.texts('user')).toContain('use pnpm')
})
