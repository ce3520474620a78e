/** Who is asked about what, and what an answer lets out of the sandbox. */

import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  type ApprovalDecision,
  type ApprovalPolicy,
  type ApprovalRequest,
  defineTool,
  type ThreadEvent,
} from '../../src/index.ts'
import { calls, custom, type Step, says } from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'
import { hasSandbox } from '../support/confined.ts'

interface Outside extends AsyncDisposable {
  readonly path: string
}

/** A folder that no sandbox lets anyone write to: temporary folders it does. */
async function outsideFolder(): Promise<Outside> {
  const folder = await mkdtemp('/var/tmp/codex-ts-outside-')
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

interface Asked {
  readonly at: TestBench
  readonly requests: ApprovalRequest[]
  readonly events: ThreadEvent[]
}

/** One turn in `workspace-write`, with a host that answers in order and then with no. */
async function turn(
  script: readonly Step[],
  setting: {
    readonly policy: ApprovalPolicy
    readonly answers?: readonly ApprovalDecision[]
    readonly toolMode?: 'direct' | 'script'
  },
): Promise<Asked & AsyncDisposable> {
  const requests: ApprovalRequest[] = []
  const answers = [...(setting.answers ?? [])]
  const at = await bench(script, {
    files: { 'a.txt': 'one\n' },
    approve: (request) => {
      requests.push(request)
      return answers.shift() ?? { decision: 'denied', reason: 'no' }
    },
  })
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    sandboxMode: 'workspace-write',
    approvalPolicy: setting.policy,
    toolMode: setting.toolMode ?? 'direct',
  })
  const events = await Array.fromAsync(thread.run('go'))
  return { at, requests, events, [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() }
}

const command = (cmd: string, more: object = {}) => calls('exec_command', { cmd, login: false, ...more })
const outputOf = ({ at }: Asked, name = 'exec_command', request = 1) =>
  at.provider.requests[request]?.outputOf(name)

test.skipIf(!hasSandbox)('a command may write inside, and nowhere else (needs a sandbox)', async () => {
  await using outside = await outsideFolder()
  await using run = await turn(
    [command(`echo in > in.txt; echo out > ${outside.path}/out.txt; cat in.txt`), says('done')],
    { policy: 'never' },
  )

  expect(outputOf(run)).toMatch(/\nin\n(.|\n)*Read-only file system|Read-only file system\nin\n/)
  expect(run.requests).toEqual([])
})

test.skipIf(!hasSandbox)(
  'a command that asks to leave the sandbox does when a person agrees (needs a sandbox)',
  async () => {
    await using outside = await outsideFolder()
    const cmd = `echo out > ${outside.path}/out.txt && echo written`
    await using run = await turn(
      [
        command(cmd, { sandbox_permissions: 'require_escalated', justification: 'May I write there?' }),
        says('done'),
      ],
      { policy: 'on-request', answers: [{ decision: 'approved' }] },
    )

    expect(run.requests).toMatchObject([
      { tool: 'exec_command', unconfined: true, justification: 'May I write there?' },
    ])
    expect(outputOf(run)).toMatch(/written\n$/)
    expect(await readFile(path.join(outside.path, 'out.txt'), 'utf8')).toBe('out\n')
  },
)

test.skipIf(!hasSandbox).each([
  ['an approval runs it again outside', { decision: 'approved' }, /written\n$/],
  ['a refusal leaves the first answer', { decision: 'denied', reason: 'no' }, /Read-only file system/],
] as const)(
  'under on-failure a command that the sandbox stopped is asked about: %s (needs a sandbox)',
  async (_, answer, output) => {
    await using outside = await outsideFolder()
    await using run = await turn(
      [command(`echo out > ${outside.path}/out.txt && echo written`), says('done')],
      { policy: 'on-failure', answers: [answer] },
    )

    expect(run.requests).toMatchObject([
      { unconfined: true, reason: expect.stringMatching(/sandbox seems to have stopped/) },
    ])
    expect(outputOf(run)).toMatch(output)
    expect(run.events.filter(({ type }) => type === 'item.started')).toHaveLength(1)
  },
)

test.skipIf(!hasSandbox)(
  'under on-request a failure in the sandbox is only told to the model (needs a sandbox)',
  async () => {
    await using outside = await outsideFolder()
    await using run = await turn([command(`echo out > ${outside.path}/out.txt`), says('done')], {
      policy: 'on-request',
    })

    expect(run.requests).toEqual([])
    expect(outputOf(run)).toMatch(/Read-only file system/)
  },
)

test.skipIf(!hasSandbox)(
  'in a script a call waits for a person, and the others go on (needs a sandbox)',
  async () => {
    await using outside = await outsideFolder()
    await using run = await turn(
      [
        calls('exec', {
          source: `const [out, listed] = await Promise.all([
          tools.exec('echo out > ${outside.path}/out.txt', { sandboxPermissions: 'require_escalated' }),
          tools.listDir('.'),
        ])
        return [out.exitCode, listed.entries.length]`,
        }),
        says('done'),
      ],
      { policy: 'on-request', answers: [{ decision: 'approved' }], toolMode: 'script' },
    )

    expect(run.requests).toMatchObject([{ tool: 'exec', unconfined: true }])
    expect(outputOf(run, 'exec')).toMatch(/\[\s*0,\s*1\s*\]/)
  },
)

const patchOf = (file: string) => `*** Begin Patch\n*** Add File: ${file}\n+new\n*** End Patch`

test.skipIf(!hasSandbox)(
  'a patch that writes outside is asked about, and written when a person agrees (needs a sandbox)',
  async () => {
    await using outside = await outsideFolder()
    const file = path.join(outside.path, 'new.txt')
    await using run = await turn([calls('apply_patch', { input: patchOf(file) }), says('done')], {
      policy: 'on-request',
      answers: [{ decision: 'approved' }],
    })

    expect(run.requests).toMatchObject([
      { tool: 'apply_patch', reason: expect.stringContaining(file), unconfined: true },
    ])
    expect(await readFile(file, 'utf8')).toBe('new\n')
  },
)

test.skipIf(!hasSandbox)(
  'under never it is rejected in the words that models know (needs a sandbox)',
  async () => {
    await using run = await turn(
      [calls('apply_patch', { input: patchOf('/no-such-root/x') }), says('done')],
      {
        policy: 'never',
      },
    )

    expect(outputOf(run, 'apply_patch')).toMatch(
      /^patch rejected: writing outside of the project; rejected by user approval settings/,
    )
  },
)

test.skipIf(!hasSandbox)(
  'under untrusted what was approved for the session is not asked about again, a rule covers more (needs a sandbox)',
  async () => {
    await using run = await turn(
      [
        command('node --version'),
        command('node --version'),
        command('npm test -- a', { prefix_rule: ['npm', 'test'] }),
        command('npm test -- b'),
        command('cat a.txt'),
        says('done'),
      ],
      {
        policy: 'untrusted',
        answers: [
          { decision: 'approved-for-session' },
          { decision: 'approved-for-session', prefixRule: ['npm', 'test'] },
        ],
      },
    )

    expect(run.requests.map(({ input, prefixRule }) => [(input as { cmd: string }).cmd, prefixRule])).toEqual(
      [
        ['node --version', undefined],
        ['npm test -- a', ['npm', 'test']],
      ],
    )
  },
)

test.skipIf(!hasSandbox)('a patch in a shell command is applied as a patch (needs a sandbox)', async () => {
  await using run = await turn(
    [
      command(
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** End Patch\nEOF",
      ),
      says('done'),
    ],
    { policy: 'never' },
  )

  expect(outputOf(run)).toMatch(
    /^Wall time: \d+\.\d{4} seconds\nOutput:\nExit code: 0\nWall time: \d+(\.\d)? seconds\nOutput:\nSuccess\. Updated the following files:\nM a\.txt\n$/,
  )
  const items = run.events.flatMap((event) => (event.type === 'item.completed' ? [event.item.type] : []))
  expect(items).toEqual(['file_change', 'agent_message'])
  expect(await readFile(path.join(run.at.folder.path, 'a.txt'), 'utf8')).toBe('two\n')
})

test.skipIf(!hasSandbox)(
  'a patch in a shell command that is no patch changes nothing (needs a sandbox)',
  async () => {
    await using run = await turn([command("apply_patch <<'EOF'\nnonsense\nEOF"), says('done')], {
      policy: 'never',
    })

    expect(outputOf(run)).toMatch(/^apply_patch verification failed: /)
    expect(run.events.filter((event) => 'item' in event && event.item.type === 'command_execution')).toEqual(
      [],
    )
  },
)

test.each(['function', 'freeform'])('the files of a %s patch show while it arrives', async (form) => {
  const patch = `*** Begin Patch\n*** Add File: one.txt\n+1\n*** Delete File: a.txt\n*** End Patch`
  const call =
    form === 'function'
      ? calls('apply_patch', { input: patch }, { deltas: 12 })
      : custom('apply_patch', patch, { deltas: 12 })
  await using at = await bench([call, says('done')], {
    files: { 'a.txt': 'one\n' },
    models: { any: { provider: 'local', model: 'any', customTools: form === 'freeform' } },
    model: 'any',
  })
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    sandboxMode: 'danger-full-access',
    toolMode: 'direct',
  })

  const events = await Array.fromAsync(thread.run('go'))

  const shown = events.flatMap((event) =>
    'item' in event && event.item.type === 'file_change'
      ? [[event.type, event.item.status, event.item.changes.length]]
      : [],
  )
  expect(shown).toEqual([
    ['item.started', 'in_progress', 1],
    ['item.updated', 'in_progress', 2],
    ['item.updated', 'in_progress', 2],
    ['item.completed', 'completed', 2],
  ])
})

test('what showed of a patch that does not fit ends as failed', async () => {
  const patch = '*** Begin Patch\n*** Update File: a.txt\n@@\n-nothing like it\n+x\n*** End Patch'
  await using at = await bench([calls('apply_patch', { input: patch }, { deltas: 9 }), says('done')], {
    files: { 'a.txt': 'one\n' },
  })
  const thread = at.codex.startThread({
    workingDirectory: at.folder.path,
    sandboxMode: 'danger-full-access',
    toolMode: 'direct',
  })

  const events = await Array.fromAsync(thread.run('go'))

  const last = events.findLast((event) => 'item' in event && event.item.type === 'file_change')
  expect(last).toMatchObject({ type: 'item.completed', item: { status: 'failed' } })
})

test('request_user_input asks the host, and is not there without one', async () => {
  const questions = [
    {
      id: 'colour',
      header: 'Paint',
      question: 'Which colour?',
      options: [{ label: 'blue', description: 'the old one' }],
    },
  ]
  await using asked = await bench([calls('request_user_input', { questions }), says('done')], {
    requestUserInput: ({ questions: [question] }) => ({ [question?.id ?? '']: ['green'] }),
  })
  await using alone = await bench([says('done')])

  await asked.codex.startThread({ workingDirectory: asked.folder.path }).run('go')
  await alone.codex.startThread({ workingDirectory: alone.folder.path }).run('go')

  expect(asked.provider.requests[1]?.outputOf('request_user_input')).toBe(
    '{"answers":{"colour":{"answers":["green"]}}}',
  )
  expect(JSON.stringify(asked.provider.requests[0]?.body.tools)).toContain('request_user_input')
  expect(JSON.stringify(alone.provider.requests[0]?.body.tools)).not.toContain('request_user_input')
})

test.each(['direct', 'script'] as const)(
  'abort ends the turn, also from a script that catches (%s)',
  async (toolMode) => {
    const refund = defineTool({
      name: 'refund',
      description: 'Refunds.',
      input: z.object({}),
      needsApproval: true,
      run: () => 'refunded',
    })
    const call =
      toolMode === 'direct'
        ? calls('refund', {})
        : calls('exec', { source: 'try { await tools.refund() } catch {} return 1' })
    await using at = await bench([call, says('never said')], {
      packs: [{ slug: 'shop', tools: [refund] }],
      approve: () => ({ decision: 'abort', reason: 'wrong shop' }),
    })

    const error = await at.codex
      .startThread({ workingDirectory: at.folder.path, toolMode })
      .run('go')
      .catch((caught: unknown) => caught)

    expect(error).toMatchObject({ name: 'AbortError', message: expect.stringContaining('wrong shop') })
    expect(at.provider.requests).toHaveLength(1)
  },
)

test('exec says which field it does not know', async () => {
  await using at = await bench([
    calls('exec', {
      source: "return await tools.exec('true', { sandbox_permissions: 'x' }).catch((error) => error.message)",
    }),
    says('done'),
  ])

  await at.codex
    .startThread({ workingDirectory: at.folder.path, sandboxMode: 'danger-full-access' })
    .run('go')

  expect(String(at.provider.requests[1]?.outputOf('exec'))).toContain('sandbox_permissions')
})

test.skipIf(!hasSandbox)(
  'a link that is changed while a person thinks leads the patch nowhere (needs a sandbox)',
  async () => {
    await using agreed = await outsideFolder()
    await using other = await outsideFolder()
    const reasons: string[] = []
    await using at = await bench([calls('apply_patch', { input: patchOf('link/new.txt') }), says('done')], {
      approve: async ({ reason }) => {
        reasons.push(reason)
        await rm(path.join(at.folder.path, 'link'))
        await symlink(other.path, path.join(at.folder.path, 'link'))
        return { decision: 'approved' }
      },
    })
    await symlink(agreed.path, path.join(at.folder.path, 'link'))

    await at.codex
      .startThread({
        workingDirectory: at.folder.path,
        sandboxMode: 'workspace-write',
        approvalPolicy: 'on-request',
        toolMode: 'direct',
      })
      .run('go')

    expect(reasons).toEqual([expect.stringContaining(path.join(agreed.path, 'new.txt'))])
    expect(at.provider.requests[1]?.outputOf('apply_patch')).toMatch(
      /^patch rejected: .* leads elsewhere now/,
    )
    expect([await readdir(agreed.path), await readdir(other.path)]).toEqual([[], []])
  },
)
