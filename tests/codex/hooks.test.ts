/** What a host hangs into a turn: functions that fail, and programs as Codex runs them. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CodexOptions, Hooks, Log } from '../../src/index.ts'
import { calls, custom, refuses, type Step, says, stalls } from '../../src/testing/index.ts'
import { bench, type TestBench } from '../support/codex.ts'

const direct = { toolMode: 'direct', sandboxMode: 'danger-full-access' } as const
const files = { 'a.txt': 'content of a\n' }
const READ = calls('read_file', { file_path: 'a.txt' })

const broken = () => {
  throw new Error('the hook is broken')
}

describe('a function that never ends', () => {
  test.each<keyof Hooks>(['beforeTurn', 'afterResponse', 'beforeToolCall', 'afterToolCall', 'onError'])(
    'is given up when the turn is stopped: %s',
    { concurrent: true },
    async (name) => {
      const entered = Promise.withResolvers<void>()
      const hang = () => {
        entered.resolve()
        return new Promise<never>(() => {})
      }
      const steps = name === 'onError' ? [refuses(400)] : [READ, says('so be it')]
      await using at = await bench(steps, { files, hooks: { [name]: hang } })
      const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

      const run = thread.run('go').catch((error: unknown) => error)
      await entered.promise
      await thread.interrupt()

      expect(await run).toMatchObject({ code: name === 'onError' ? 'model_refused' : 'aborted' })
    },
  )
})

test('null says as little as undefined to a call', async () => {
  const hooks = { beforeToolCall: () => null } as unknown as Hooks
  await using at = await bench([READ, says('so be it')], { files, hooks })

  await at.codex.startThread({ workingDirectory: at.folder.path, ...direct }).run('go')

  expect(at.provider.requests[1]?.outputOf('read_file')).toContain('content of a')
})

describe('a function that throws', () => {
  test.each<[keyof Hooks, Hooks, RegExp]>([
    ['beforeToolCall', { beforeToolCall: broken }, /^the hook is broken$/],
    ['afterToolCall', { afterToolCall: broken }, /^The afterToolCall hook failed: the hook is broken$/],
  ])('around a call fails the call, and the turn goes on: %s', async (_, hooks, output) => {
    await using at = await bench([READ, says('so be it')], { files, hooks })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const turn = await thread.run('go')

    expect(turn.finalResponse).toBe('so be it')
    expect(at.provider.requests[1]?.outputOf('read_file')).toMatch(output)
  })

  test('after a response fails the turn, and the thread goes on', async () => {
    let isBroken = true
    await using at = await bench([READ, says('fine')], {
      files,
      hooks: { afterResponse: () => (isBroken ? broken() : undefined) },
    })
    const thread = at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

    const error = await thread.run('go').catch((caught: unknown) => caught)
    isBroken = false
    const turn = await thread.run('again')

    expect(error).toMatchObject({ message: 'the hook is broken' })
    expect(turn.finalResponse).toBe('fine')
    expect(at.provider.requests[1]?.outputOf('read_file')).toContain('content of a')
  })

  test('of onError changes nothing of the error, and is logged', async () => {
    const { log, lines } = keptLog()
    await using at = await bench([READ], { files, log, hooks: { onError: broken }, limits: { stepsMax: 1 } })

    const error = await startThread(at)
      .run('go')
      .catch((caught: unknown) => caught)

    expect(error).toMatchObject({ code: 'turn_limit' })
    expect(lines).toContain('The onError hook failed.')
  })
})

/** Runs a turn with these programs on a folder of its own. */
async function hooked(
  script: readonly Step[],
  commands: Hooks['commands'],
  options: CodexOptions & { files?: Record<string, string> } = {},
): Promise<TestBench & { readonly lines: string[]; file(name: string): Promise<string> }> {
  const { log, lines } = keptLog()
  const at = await bench(script, { files, log, ...options, hooks: { ...options.hooks, commands } })
  const file = (name: string) => readFile(path.join(at.folder.path, name), 'utf8')
  return { ...at, lines, file }
}

function keptLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const keep = (line: string) => void lines.push(line)
  return { log: { debug: keep, info: keep, warn: keep, error: keep }, lines }
}

const command = (line: string, timeout?: number) => ({
  type: 'command' as const,
  command: line,
  ...(timeout === undefined ? {} : { timeout }),
})
const json = (value: unknown) => `echo '${JSON.stringify(value)}'`

const startThread = (at: TestBench) => at.codex.startThread({ workingDirectory: at.folder.path, ...direct })

describe('programs', () => {
  test('are given what Codex gives them', async () => {
    const keep = (event: string) => [{ hooks: [command(`cat > ${event}.json`)] }]
    await using at = await hooked([calls('exec_command', { cmd: 'echo tea' }), says('done')], {
      SessionStart: keep('start'),
      UserPromptSubmit: keep('prompt'),
      PreToolUse: keep('pre'),
      PostToolUse: keep('post'),
      Stop: keep('stop'),
    })
    const thread = startThread(at)

    const turn = await thread.run('make tea')

    const given = async (event: string) => JSON.parse(await at.file(`${event}.json`))
    const common = {
      session_id: thread.id,
      transcript_path: null,
      cwd: at.folder.path,
      model: 'local/any',
      permission_mode: 'bypassPermissions',
    }
    const ofTurn = { ...common, turn_id: turn.turnId }
    expect(await given('start')).toEqual({ ...common, hook_event_name: 'SessionStart', source: 'startup' })
    expect(await given('prompt')).toEqual({
      ...ofTurn,
      hook_event_name: 'UserPromptSubmit',
      prompt: 'make tea',
    })
    const call = { tool_name: 'Bash', tool_input: { command: 'echo tea' }, tool_use_id: expect.any(String) }
    expect(await given('pre')).toEqual({ ...ofTurn, ...call, hook_event_name: 'PreToolUse' })
    expect(await given('post')).toEqual({
      ...ofTurn,
      ...call,
      hook_event_name: 'PostToolUse',
      tool_response: expect.stringContaining('tea'),
    })
    expect(await given('stop')).toEqual({
      ...ofTurn,
      hook_event_name: 'Stop',
      stop_hook_active: false,
      last_assistant_message: 'done',
    })
  })

  test.each<[name: string, line: string]>([
    ['by exit code 2', 'echo "no tea today" >&2; exit 2'],
    ['by a decision', json({ decision: 'block', reason: 'no tea today' })],
    [
      'by a permission',
      json({
        hookSpecificOutput: { permissionDecision: 'deny', permissionDecisionReason: 'no tea today' },
      }),
    ],
  ])('before a call can block it, %s', async (_, line) => {
    await using at = await hooked([calls('exec_command', { cmd: 'touch ran' }), says('ok')], {
      PreToolUse: [{ matcher: 'Bash', hooks: [command(line)] }],
    })

    await startThread(at).run('go')

    expect(at.provider.requests[1]?.outputOf('exec_command')).toMatch(
      /^Command blocked by PreToolUse hook: no tea today. Command: touch ran$/,
    )
    await expect(at.file('ran')).rejects.toThrow('ENOENT')
  })

  test('before a call can rewrite it, in scripts too, after the host’s function', async () => {
    const rewrite = json({
      hookSpecificOutput: { permissionDecision: 'allow', updatedInput: { command: 'echo rewritten' } },
    })
    await using at = await hooked(
      [custom('exec', "return (await tools.exec({ command: 'echo model' })).stdout"), says('ok')],
      {
        PreToolUse: [{ matcher: '^Ba', hooks: [command(`cat > pre.json; ${rewrite}`)] }],
        PostToolUse: [{ hooks: [command('cat > post.json')] }],
      },
      {
        hooks: { beforeToolCall: ({ input }) => ({ input: { ...(input as object), command: 'echo host' } }) },
      },
    )

    await at.codex
      .startThread({ workingDirectory: at.folder.path, sandboxMode: 'danger-full-access' })
      .run('go')

    expect(at.provider.requests[1]?.outputOf('exec')).toContain('rewritten')
    expect(JSON.parse(await at.file('pre.json'))).toMatchObject({ tool_input: { command: 'echo host' } })
    expect(JSON.parse(await at.file('post.json'))).toMatchObject({
      tool_input: { command: 'echo rewritten' },
      tool_response: 'rewritten\n',
    })
  })

  test('are chosen by their matcher', async () => {
    const mark = (name: string) => command(`touch ${name}`)
    await using at = await hooked([READ, says('ok')], {
      PreToolUse: [
        { matcher: 'Bash|read_file', hooks: [mark('listed')] },
        { matcher: 'read', hooks: [mark('half')] },
        { matcher: 'read.*', hooks: [mark('pattern')] },
        { matcher: '*', hooks: [mark('all')] },
        { matcher: 'Write|Edit', hooks: [mark('other')] },
      ],
    })

    await startThread(at).run('go')

    const there = async (name: string) =>
      await at.file(name).then(
        () => name,
        () => null,
      )
    expect(await Promise.all(['listed', 'half', 'pattern', 'all', 'other'].map(there))).toEqual([
      'listed',
      null,
      'pattern',
      'all',
      null,
    ])
  })

  test('after a call can put their words in the place of its result', async () => {
    await using at = await hooked([READ, says('ok')], {
      PostToolUse: [
        {
          hooks: [
            command('echo "read something else" >&2; exit 2'),
            command(json({ decision: 'block', reason: 'really' })),
          ],
        },
      ],
    })

    await startThread(at).run('go')

    expect(at.provider.requests[1]?.outputOf('read_file')).toBe('read something else\n\nreally')
  })

  test('may tell the model something, which is recorded behind the outputs', async () => {
    const tell = (text: string) => command(json({ hookSpecificOutput: { additionalContext: text } }))
    await using at = await hooked([READ, says('ok')], {
      SessionStart: [{ hooks: [command('echo "from the start"')] }],
      UserPromptSubmit: [{ hooks: [command('echo "from the prompt"')] }],
      PreToolUse: [{ hooks: [tell('from before')] }],
      PostToolUse: [{ hooks: [tell('from after')] }],
    })

    await startThread(at).run('go')

    const [first, second] = at.provider.requests
    expect(first?.texts('developer').slice(-2)).toEqual(['from the start', 'from the prompt'])
    const tail = second?.items.slice(-4).map((item) => (item.type === 'message' ? item.text : item.type))
    expect(tail).toEqual(['call', 'output', 'from before', 'from after'])
  })

  test('can block a prompt, which is then not recorded', async () => {
    await using at = await hooked([says('fine')], {
      UserPromptSubmit: [
        { hooks: [command('grep -q forbidden && { echo "not that" >&2; exit 2; }; exit 0')] },
      ],
    })
    const thread = startThread(at)

    const error = await thread.run('the forbidden word').catch((caught: unknown) => caught)
    const turn = await thread.run('go')

    expect(error).toMatchObject({ code: 'turn_blocked', reason: 'not that', turn: { threadId: thread.id } })
    expect(turn.finalResponse).toBe('fine')
    expect(at.provider.requests).toHaveLength(1)
    expect(at.provider.requests[0]?.text).not.toContain('forbidden')
  })

  test('can block what is steered, and the turn goes on without it', async () => {
    await using at = await hooked([READ, says('fine')], {
      UserPromptSubmit: [
        { hooks: [command('grep -q forbidden && { echo "not that" >&2; exit 2; }; exit 0')] },
      ],
    })
    const thread = startThread(at)
    const run = thread.run('go')
    const errors: string[] = []

    for await (const event of run) {
      if (event.type === 'turn.started') await thread.steer('the forbidden word')
      if (event.type === 'error') errors.push(event.message)
    }

    expect(errors).toEqual(['A hook blocked what was steered: not that'])
    expect(at.provider.requests[1]?.text).not.toContain('forbidden')
  })

  test('let nothing through that they could not look at before the turn was stopped', async () => {
    await using at = await hooked([[says('Let me think'), stalls(5)], says('fine')], {
      UserPromptSubmit: [{ hooks: [command('exit 0')] }],
    })
    const thread = startThread(at)
    const errors: string[] = []

    const listen = async () => {
      for await (const event of thread.run('go')) {
        if (event.type === 'error') errors.push(event.message)
        if (event.type !== 'item.delta' || errors.length > 0) continue
        await thread.steer('unseen')
        void thread.interrupt()
      }
    }
    await expect(listen()).rejects.toMatchObject({ code: 'aborted' })
    await thread.run('again')

    expect(errors).toEqual(['A hook blocked what was steered: the turn was stopped meanwhile'])
    expect(at.provider.requests[1]?.text).not.toContain('unseen')
  })

  test('at the end can send the model on, and know that they did', async () => {
    await using at = await hooked([says('done'), says('now done')], {
      Stop: [
        {
          hooks: [command('cat >> stops; grep -q "now done" stops || { echo "write <tests>" >&2; exit 2; }')],
        },
      ],
    })

    const turn = await startThread(at).run('go')

    expect(turn).toMatchObject({ finalResponse: 'now done', steps: 2 })
    expect(at.provider.requests[1]?.texts('user').at(-1)).toBe(
      '<hook_prompt hook_run_id="stop">write &lt;tests&gt;</hook_prompt>',
    )
    expect(await at.file('stops')).toMatch(/"stop_hook_active":false.*"stop_hook_active":true/s)
  })

  test('at the end that say stop let the turn end, whatever others want', async () => {
    await using at = await hooked([says('done')], {
      Stop: [
        { hooks: [command(json({ decision: 'block', reason: 'more' })), command(json({ continue: false }))] },
      ],
    })

    const turn = await startThread(at).run('go')

    expect(turn.finalResponse).toBe('done')
  })

  test('that fail block nothing, and the host hears of each', async () => {
    const failing: readonly (readonly [line: string, problem: string, timeout?: number])[] = [
      ['exit 7', 'exited with code 7'],
      ['exit 2', 'exited with code 2 and wrote no reason to stderr'],
      ['kill -9 $$', 'was ended by SIGKILL'],
      ['sleep 30 & sleep 30', 'took longer than 1 s', 1],
      ['echo "{ no json"', 'gave invalid PreToolUse output: it is no JSON object'],
      [json({ reason: 7 }), 'gave invalid PreToolUse output: reason is no string'],
      ['no-such-program-anywhere', 'exited with code 127'],
      [json({ decision: 'block' }), 'gave decision block without a reason'],
      [json({ decision: 'approve' }), 'gave decision "approve"; only block is known'],
      [json({ reason: 'why' }), 'gave a reason without a decision'],
      [json({ continue: false }), 'gave continue: false, which PreToolUse does not have'],
      [
        json({ hookSpecificOutput: { permissionDecision: 'ask' } }),
        'gave permissionDecision "ask"; deny and allow are known',
      ],
      [
        json({ hookSpecificOutput: { permissionDecision: 'allow' } }),
        'gave permissionDecision allow without updatedInput',
      ],
    ]
    await using at = await hooked([READ, says('ok')], {
      PreToolUse: [{ hooks: failing.map(([line, , timeout]) => command(line, timeout)) }],
    })
    const run = startThread(at).run('go')
    const errors: string[] = []

    for await (const event of run) if (event.type === 'error') errors.push(event.message)

    expect(at.provider.requests[1]?.outputOf('read_file')).toContain('content of a')
    const expected = failing.map(([line, problem]) => `A PreToolUse hook ${problem}. Its command: ${line}`)
    expect(errors.sort()).toEqual(expected.sort())
    expect(at.lines).toEqual(expect.arrayContaining(expected))
  })

  test('end with the turn that is stopped', async () => {
    await using at = await hooked([READ, says('fine')], {
      PreToolUse: [{ hooks: [command('echo $$ > pid; touch began; sleep 60')] }],
    })
    const thread = startThread(at)

    const run = thread.run('go')
    await expect.poll(() => at.file('began').catch(() => null), { timeout: 5_000 }).toBe('')
    await thread.interrupt()

    await expect(run).rejects.toMatchObject({ name: 'AbortError' })
    const pid = Number(await at.file('pid'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect((await thread.run('again')).finalResponse).toBe('fine')
  })

  test('see no secret, and tell the model none', async () => {
    await using at = await hooked([says('ok')], {
      UserPromptSubmit: [{ hooks: [command('cat > prompt.json; echo "it was test-$(echo key)"')] }],
    })

    await startThread(at).run('my key is test-key')

    expect(await at.file('prompt.json')).not.toContain('test-key')
    expect(at.provider.requests[0]?.text).not.toContain('test-key')
    expect(at.provider.requests[0]?.text).toContain('it was [')
  })

  test('hear that a session is resumed', async () => {
    await using at = await hooked([says('1'), says('2'), says('3')], {
      SessionStart: [
        { matcher: 'resume', hooks: [command('cat >> resumed')] },
        { matcher: 'startup', hooks: [command('cat >> started')] },
      ],
    })
    const thread = startThread(at)
    await thread.run('go')
    await thread.run('again')
    await thread.close()

    await at.codex.resumeThread(thread.id, direct).run('and again')

    expect((await at.file('started')).match(/SessionStart/g)).toHaveLength(1)
    expect((await at.file('resumed')).match(/SessionStart/g)).toHaveLength(1)
  })

  test.each<[unknown, string]>([
    [{ BeforeLunch: [] }, 'hooks.commands.BeforeLunch'],
    [{ Stop: {} }, 'hooks.commands.Stop'],
    [{ PreToolUse: [{ matcher: '[', hooks: [] }] }, 'hooks.commands.PreToolUse[0].matcher'],
    [{ PreToolUse: [{ matcher: 'a' }] }, 'hooks.commands.PreToolUse[0].hooks'],
    [{ Stop: [{ hooks: [{ type: 'prompt', prompt: 'x' }] }] }, 'hooks.commands.Stop[0].hooks[0].type'],
    [{ Stop: [{ hooks: [{ type: 'command' }] }] }, 'hooks.commands.Stop[0].hooks[0].command'],
    [
      { Stop: [{ hooks: [{ type: 'command', command: 'a', async: true }] }] },
      'hooks.commands.Stop[0].hooks[0].async',
    ],
  ])('that cannot be meant are refused: %j', (commands, option) =>
    expect(
      bench([], { hooks: { commands: commands as NonNullable<Hooks['commands']> } }),
    ).rejects.toMatchObject({
      option,
    }),
  )
})
