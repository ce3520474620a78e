/** `run --json` prints what `codex exec --json` prints: the same events, fields and order. */

import { describe, expect, test } from 'vitest'
import { calls, custom, refuses, type Step, says, startProvider } from '../../src/testing/index.ts'
import { type CliBench, cliBench, jsonLines, toProvider } from '../support/cli.ts'
import { codexExec, codexLauncher } from '../support/codex-exec.ts'

type Event = Record<string, unknown>

interface Case {
  readonly script: readonly Step[]
  readonly exitCode: number
  readonly events: readonly Event[]
}

const begun = [{ type: 'thread.started', thread_id: '<thread>' }, { type: 'turn.started' }]
const message = (id: number, text: string) => ({
  type: 'item.completed',
  item: { id: `item_${id}`, type: 'agent_message', text },
})
const completed = (requests: number) => ({
  type: 'turn.completed',
  usage: {
    input_tokens: 100 * requests,
    cached_input_tokens: 0,
    cache_write_input_tokens: 0,
    output_tokens: 10 * requests,
    reasoning_output_tokens: 0,
  },
})
const command = (id: number, line: string, output: string, exitCode = 0) => {
  const item = { id: `item_${id}`, type: 'command_execution', command: expect.stringContaining(line) }
  return [
    {
      type: 'item.started',
      item: { ...item, aggregated_output: '', exit_code: null, status: 'in_progress' },
    },
    {
      type: 'item.completed',
      item: {
        ...item,
        aggregated_output: output,
        exit_code: exitCode,
        status: exitCode === 0 ? 'completed' : 'failed',
      },
    },
  ]
}
const patched = (status: string) => ({
  id: 'item_0',
  type: 'file_change',
  changes: [
    { path: './new.md', kind: 'add' },
    { path: './plan.md', kind: 'update' },
  ],
  status,
})
const runs = (cmd: string) => calls('exec_command', { cmd, login: false })

const PATCH = `*** Begin Patch
*** Update File: plan.md
@@
-one
+two
*** Add File: new.md
+new
*** End Patch`
const REFUSAL = {
  error: { message: 'There is no such model.', type: 'invalid_request_error', code: null, param: null },
}
const refusal = JSON.stringify(REFUSAL)

const CASES: Readonly<Record<string, Case>> = {
  'text alone': {
    script: [says('Hello there.')],
    exitCode: 0,
    events: [...begun, message(0, 'Hello there.'), completed(1)],
  },
  'one command': {
    script: [runs('echo hi'), says('done')],
    exitCode: 0,
    events: [...begun, ...command(0, 'echo hi', 'hi\n'), message(1, 'done'), completed(2)],
  },
  'a command that fails': {
    script: [runs('echo hi; exit 3'), says('done')],
    exitCode: 0,
    events: [...begun, ...command(0, 'exit 3', 'hi\n', 3), message(1, 'done'), completed(2)],
  },
  'one patch': {
    script: [custom('apply_patch', PATCH), says('done')],
    exitCode: 0,
    events: [
      ...begun,
      { type: 'item.started', item: patched('in_progress') },
      { type: 'item.completed', item: patched('completed') },
      message(1, 'done'),
      completed(2),
    ],
  },
  'two parallel commands': {
    script: [[runs('echo a'), runs('echo b')], says('done')],
    exitCode: 0,
    events: [
      ...begun,
      ...command(0, 'echo a', 'a\n'),
      ...command(1, 'echo b', 'b\n'),
      message(2, 'done'),
      completed(2),
    ],
  },
  'a request that the provider refuses': {
    script: [refuses(400, REFUSAL)],
    exitCode: 1,
    events: [
      ...begun,
      { type: 'error', message: refusal },
      { type: 'turn.failed', error: { message: refusal } },
    ],
  },
}

describe.each(Object.entries(CASES))('%s', (_, { script, exitCode, events }) => {
  test('gives the events, one JSON object a line, and nothing beside them', async () => {
    await using bench = await cliBench({ 'plan.md': 'one\n' })

    const printed = await runOurs(script, bench)

    expect(printed.events).toEqual(events)
    expect(printed).toMatchObject({ exitCode, stderr: '' })
  })

  test.skipIf(codexLauncher === '')('is what the real codex exec --json prints (CODEX_BIN)', async () => {
    await using bench = await cliBench({ 'plan.md': 'one\n' })
    await using theirBench = await cliBench({ 'plan.md': 'one\n' })

    const ours = await runOurs(script, bench)
    const theirs = await runTheirs(script, theirBench)

    expect(ours.lines).toEqual(theirs.lines)
    expect(ours.exitCode).toBe(theirs.exitCode)
  })
})

async function runOurs(script: readonly Step[], bench: CliBench) {
  await using provider = await startProvider(script)
  const { exitCode, stdout, stderr } = await bench.run([
    'run',
    '--json',
    ...['--tool-mode', 'direct', '--sandbox', 'danger-full-access'],
    ...toProvider(provider.url),
    'Do it',
  ])
  return { exitCode, stderr, ...normalized(stdout, bench.folder) }
}

async function runTheirs(script: readonly Step[], bench: CliBench) {
  await using provider = await startProvider(script)
  const { exitCode, stdout } = await codexExec(provider.url, bench.folder, 'Do it')
  return { exitCode, ...normalized(stdout, bench.folder) }
}

/** Without what differs from run to run: the thread's id, the folder, and which of two commands was first. */
function normalized(stdout: string, folder: string): { events: Event[]; lines: string[] } {
  const portable = stdout
    .replaceAll(JSON.stringify(folder).slice(1, -1), '.')
    .replaceAll('.\\\\', './')
    .replaceAll('\\r\\n', '\\n')
    .replaceAll(/"thread_id":"[^"]+"/g, '"thread_id":"<thread>"')
  const events = renumbered(sortedCommands(jsonLines(portable)))
  return { events, lines: events.map((event) => JSON.stringify(event)) }
}

function itemOf(event: Event): Event | undefined {
  const { item } = event
  return typeof item === 'object' && item !== null ? { ...item } : undefined
}

/** Each command's events together, in their own order; the commands in that of their lines. */
function sortedCommands(events: readonly Event[]): Event[] {
  const commandOf = (event: Event) => {
    const item = itemOf(event)
    return item?.type === 'command_execution' ? String(item.command) : undefined
  }
  const sorted = events.filter((event) => commandOf(event) !== undefined)
  sorted.sort((a, b) =>
    (commandOf(a) ?? '') < (commandOf(b) ?? '') ? -1 : commandOf(a) === commandOf(b) ? 0 : 1,
  )
  const next = sorted.values()
  return events.map((event) => (commandOf(event) === undefined ? event : (next.next().value ?? event)))
}

/** Ids count in the order in which the items now appear. */
function renumbered(events: readonly Event[]): Event[] {
  const ids = new Map<unknown, string>()
  return events.map((event) => {
    const item = itemOf(event)
    if (item === undefined) return event
    const id = ids.get(item.id) ?? `item_${ids.size}`
    ids.set(item.id, id)
    return { ...event, item: { ...item, id } }
  })
}
