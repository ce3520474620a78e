/** Scripts that a model looks at more than once. */

import { describe, expect, test } from 'vitest'
import { CellTable, toolsFromTree } from '../../src/harness/index.ts'
import { gate, sharedEngine, untilAborted } from '../support/script-bench.ts'

const engine = sharedEngine()
const LONG = { yieldTimeMs: 60_000 }

function table() {
  const end = gate()
  const cells = new CellTable(engine)
  const tools = toolsFromTree({ hold: () => end.opened, never: untilAborted })
  const exec = (source: string, yieldTimeMs = LONG.yieldTimeMs) =>
    cells.exec(source, { tools }, { yieldTimeMs })
  return { cells, exec, end, [Symbol.asyncDispose]: () => cells[Symbol.asyncDispose]() }
}

describe('exec', () => {
  test('gives the end of a script that ends', async () => {
    await using bench = table()

    const report = await bench.exec('text("a"); return 1')

    expect(report).toMatchObject({
      cellId: '1',
      state: 'completed',
      output: [{ text: 'a' }],
      result: { value: 1 },
    })
    expect(bench.cells.list()).toEqual([])
  })

  test('gives what there is when the script yields, and wait gives the rest', async () => {
    await using bench = table()

    const first = await bench.exec('text("a"); yield_control(); await tools.hold(); text("b"); return 2')
    bench.end.open()
    const second = await bench.cells.wait('1', LONG)

    expect(first).toMatchObject({ state: 'running', output: [{ text: 'a' }] })
    expect(second).toMatchObject({ state: 'completed', output: [{ text: 'b' }], result: { value: 2 } })
  })

  test('gives what there is when the time to yield has come', async () => {
    await using bench = table()

    const report = await bench.exec('await tools.hold()', 1)

    expect(report).toMatchObject({ cellId: '1', state: 'running' })
    expect(bench.cells.list()).toEqual(['1'])
  })

  test('stops with its signal', async () => {
    await using bench = table()
    const controller = new AbortController()
    const settings = { tools: toolsFromTree({ never: untilAborted }), signal: controller.signal }

    const first = await bench.cells.exec('yield_control(); await tools.never()', settings, LONG)
    controller.abort()
    const second = await bench.cells.wait('1', LONG)

    expect([first.state, second.state]).toEqual(['running', 'terminated'])
  })

  test('rejects what cannot be meant, and keeps no cell of it', async () => {
    await using bench = table()

    const asked = bench.cells.exec('return 1', { tools: toolsFromTree({}), limits: { wallMs: -1 } }, LONG)

    await expect(asked).rejects.toThrow('limits.wallMs')
    expect(bench.cells.list()).toEqual([])
  })
})

describe('wait', () => {
  test('terminates, even a loop', async () => {
    await using bench = table()

    await bench.exec('yield_control(); for (;;) {}')
    const report = await bench.cells.wait('1', { terminate: true })

    expect(report.state).toBe('terminated')
    await expect(bench.cells.wait('1')).rejects.toThrow('exec cell 1 not found')
  })

  test('lets nobody else look at the same time', async () => {
    await using bench = table()
    await bench.exec('yield_control(); await tools.hold()')

    const first = bench.cells.wait('1', LONG)
    const second = bench.cells.wait('1', LONG)

    await expect(second).rejects.toMatchObject({ code: 'cell_busy' })
    bench.end.open()
    expect((await first).state).toBe('completed')
  })

  test('gives console lines once', async () => {
    await using bench = table()

    const first = await bench.exec('console.log("a"); await tools.hold(); console.log("b")', 300)
    bench.end.open()
    const second = await bench.cells.wait('1', LONG)

    expect([...first.logs, ...second.logs].map(({ text }) => text)).toEqual(['a', 'b'])
  })
})

test('cells have one store, and each sees what was there at its start', async () => {
  await using bench = table()

  await bench.exec('store("a", 1)')
  await bench.exec('yield_control(); store("b", 2); await tools.hold()')
  const early = await bench.exec('return [load("a"), load("b")]')
  bench.end.open()
  await bench.cells.wait('2', LONG)
  const late = await bench.exec('return [load("a"), load("b")]')

  expect(early.result).toMatchObject({ value: [1, undefined] })
  expect(late.result).toMatchObject({ value: [1, 2] })
})
