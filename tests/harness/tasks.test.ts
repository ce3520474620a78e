/** Calls that outlive their script, or end it. */

import { describe, expect, test } from 'vitest'
import {
  ScriptEngine,
  type ScriptErrorKind,
  type ScriptEvent,
  ScriptStopError,
  type ScriptTools,
  TaskSet,
  toolsFromTree,
} from '../../src/harness/index.ts'
import {
  echo,
  errorOf,
  gate,
  returned,
  runnerOf,
  sharedEngine,
  untilAborted,
} from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

function withTasks(tree: Parameters<typeof toolsFromTree>[0], tasks: TaskSet): { tools: ScriptTools } {
  return { tools: toolsFromTree(tree, { tasks }) }
}

describe('a detached task', () => {
  test('is an id at once and its result in the end', async () => {
    await using tasks = new TaskSet()
    const source = 'const { id, done } = tools.spawn.echo({ a: 1 }); return [typeof id, await done]'

    expect(returned(await run(source, {}, withTasks({ echo }, tasks)))).toEqual(['string', { a: 1 }])
  })

  test('has an id of the prefix that the host gave', async () => {
    await using tasks = new TaskSet()
    const source = 'return [tools.spawn.echo(1), tools.spawn.a.b(2)].map(({ id }) => id)'
    const settings = { ...withTasks({ echo, a: { b: echo } }, tasks), taskPrefix: 'turn-7/' }

    expect(returned(await run(source, {}, settings))).toEqual(['turn-7/1', 'turn-7/2'])
  })

  test('outlives its script, which neither waits for it nor warns of it', async () => {
    await using tasks = new TaskSet()
    const end = gate()
    const events: ScriptEvent[] = []
    const tools = withTasks({ slow: () => end.opened.then(() => 'late') }, tasks)

    const result = await run(
      'return tools.spawn.slow()',
      {},
      { ...tools, onEvent: (event) => events.push(event) },
    )
    const { id } = returned(result) as { id: string }
    const before = tasks.get(id)?.state
    end.open()
    const after = await tasks.cancel(id)

    expect(result.warnings).toEqual([])
    expect(result.calls).toMatchObject([{ callId: id, path: 'spawn.slow', state: 'spawned' }])
    expect(events).toMatchObject([{ type: 'task_started', taskId: id, path: 'slow' }])
    expect(before).toBe('running')
    expect(after?.state).toBe('cancelled')
  })

  test('is not stopped when its script is', async () => {
    await using tasks = new TaskSet()
    const controller = new AbortController()
    const result = await run(
      'tools.spawn.never(); await tools.stop()',
      {},
      {
        ...withTasks({ never: untilAborted, stop: async () => controller.abort() }, tasks),
        signal: controller.signal,
      },
    )

    errorOf(result, 'aborted')
    expect(tasks.list()).toMatchObject([{ path: 'never', state: 'running' }])
  })

  test('can be listed, asked for and cancelled by another script', async () => {
    await using tasks = new TaskSet()
    const settings = withTasks({ never: untilAborted, echo }, tasks)
    const first = returned(await run('return tools.spawn.never()', {}, settings)) as { id: string }

    const source =
      'const [task] = await tools.spawn.list(); return [task.path, (await tools.spawn.cancel(task)).state, (await tools.spawn.get(task.id)).state]'

    expect(returned(await run(source, {}, settings))).toEqual(['never', 'cancelled', 'cancelled'])
    expect(tasks.get(first.id)?.state).toBe('cancelled')
  })

  test('is aborted and waited for when its set is disposed, and none starts afterwards', async () => {
    const tasks = new TaskSet()
    let isStopped = false
    const never = (argument: unknown, call: { signal: AbortSignal }) =>
      untilAborted(argument, call).finally(() => {
        isStopped = true
      })
    const settings = withTasks({ never }, tasks)
    await run('tools.spawn.never()', {}, settings)

    await tasks[Symbol.asyncDispose]()

    expect(isStopped).toBe(true)
    errorOf(await run('await tools.spawn.never().done', {}, settings), 'detached')
  })

  test('that fails ends the script only where it is awaited', async () => {
    await using tasks = new TaskSet()
    const settings = withTasks({ fail: async () => Promise.reject(new Error('disk full')) }, tasks)

    expect(returned(await run('tools.spawn.fail(); return 1', {}, settings))).toBe(1)
    const error = errorOf(await run('const t = tools.spawn.fail()\nawait t.done', {}, settings), 'detached')
    expect(error).toMatchObject({
      line: 1,
      message: expect.stringContaining('tools.spawn.fail failed: disk full'),
    })
  })

  test('refuses its arguments where it is started', async () => {
    await using tasks = new TaskSet()
    const source = 'try { tools.spawn.echo(() => 1) } catch (e) { return e.message }'

    expect(returned(await run(source, {}, withTasks({ echo }, tasks)))).toContain('is a function')
  })

  test('is one too many after `tasksMax` of them', async () => {
    await using tasks = new TaskSet()
    const settings = { ...withTasks({ echo }, tasks), limits: { tasksMax: 2 } }
    const source = 'for (let i = 0; i < 3; i++) { await tools.spawn.echo(i).done }'
    const result = await run(source, {}, settings)

    expect(errorOf(result, 'limit-tasks').message).toContain('more than 2 tasks')
    expect(result.calls).toHaveLength(2)
  })

  test('of a tool that there is not is answered with the nearest', async () => {
    await using tasks = new TaskSet()
    const error = errorOf(await run('tools.spawn.ecko(1)', {}, withTasks({ echo }, tasks)), 'unknown-tool')

    expect(error.message).toContain(
      'Nearest: tools.spawn.echo. For example: const task = tools.spawn.echo(…)',
    )
  })

  test('is not there where the host has none', async () => {
    expect(returned(await run('return typeof tools.spawn', { echo }))).toBe('undefined')
    expect(errorOf(await run('tools.spawn.echo(1)', { echo }), 'unknown-tool').message).toContain(
      'no detached tasks here',
    )
  })

  test('shares its name with no function of the host', async () => {
    await using tasks = new TaskSet()

    expect(() => toolsFromTree({ spawn: echo }, { tasks })).toThrow('tools.spawn')
  })
})

describe('a tool that stops its script', () => {
  const stopping = (kind?: ScriptErrorKind) => ({
    suspend: async () => {
      throw new ScriptStopError({ message: 'Suspended until somebody answers.', ...(kind && { kind }) })
    },
    echo,
  })

  test('cannot be caught, and no finally runs behind it', async () => {
    const result = await run(
      'try { await tools.suspend() } catch { text("caught") } finally { text("finally") }\ntext("after")',
      stopping(),
    )

    expect(errorOf(result, 'aborted')).toEqual({
      kind: 'aborted',
      message: 'Suspended until somebody answers.',
    })
    expect(result.output).toEqual([])
    expect(result.calls).toMatchObject([{ path: 'suspend', state: 'aborted' }])
  })

  test('names the kind of the end', async () => {
    errorOf(await run('await tools.suspend()', stopping('limit-calls')), 'limit-calls')
  })

  test('ends what goes on beside it, and aborts its other calls', async () => {
    let isStopped = false
    const tools = {
      ...stopping(),
      never: (argument: unknown, call: { signal: AbortSignal }) =>
        untilAborted(argument, call).finally(() => {
          isStopped = true
        }),
    }
    const result = await run(
      'const spin = async () => { try { await tools.never() } catch { text("caught") } }\nawait Promise.all([spin(), tools.suspend(), new Promise((r) => setTimeout(() => { text("timer"); r() }, 60000))])',
      tools,
    )

    errorOf(result, 'aborted')
    expect(isStopped).toBe(true)
    expect(result.output).toEqual([])
  })

  test('ends a script that computes meanwhile', async () => {
    const result = await run('tools.suspend(); await tools.echo(1); for (;;) {}', stopping())

    errorOf(result, 'aborted')
  })

  test('costs no thread', async () => {
    await using engine = new ScriptEngine({ poolSize: 1, poolSizeMax: 1 })
    const runHere = runnerOf(engine)
    await runHere('return 1')
    let started = 0
    const onWorker = () => started++
    process.on('worker', onWorker)

    errorOf(await runHere('await tools.suspend()', stopping()), 'aborted')
    errorOf(await runHere('tools.suspend(); await tools.echo(1); for (;;) {}', stopping()), 'aborted')
    await runHere('return 1')
    process.off('worker', onWorker)

    expect(started).toBe(0)
  })

  test('may be a task too', async () => {
    await using tasks = new TaskSet()

    errorOf(await run('await tools.spawn.suspend().done', {}, withTasks(stopping(), tasks)), 'aborted')
  })
})
