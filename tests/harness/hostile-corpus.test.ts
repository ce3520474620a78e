/** A corpus of scripts that mean harm, one after the other on the same thread. */

import { describe, expect, test } from 'vitest'
import { TaskSet, toolsFromTree } from '../../src/harness/index.ts'
import { echo, returned, sharedEngine, untilAborted } from '../support/script-bench.ts'
import { HOSTILE_CASES } from './hostile-cases.ts'

const engine = sharedEngine({ poolSize: 1, poolSizeMax: 1, limits: { wallMs: 2_000, ticksMax: 4_000 } })

describe('a script that means harm', () => {
  test.each(HOSTILE_CASES)('$id: $note', async ({ source, value, kinds = [] }) => {
    const strays: unknown[] = []
    const onStray = (error: unknown) => strays.push(error)
    process.on('unhandledRejection', onStray)
    await using tasks = new TaskSet()
    const tree = {
      echo,
      never: untilAborted,
      fail: async (message: string) => Promise.reject(new Error(message)),
      web: { search: async () => ({ items: [] }) },
    }
    const tools = toolsFromTree(tree, { tasks })

    const result = await engine.run(source, { tools })
    const next = await engine.run('return [(await tools.echo(21)) * 2, typeof ({}).then]', { tools })

    if (value !== undefined) expect(JSON.stringify(returned(result))).toBe(JSON.stringify(JSON.parse(value)))
    else expect(result.ok ? 'ok' : result.error.kind).toBeOneOf([...kinds])
    expect(returned(next)).toEqual([42, 'undefined'])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    process.off('unhandledRejection', onStray)
    expect(strays).toEqual([])
  })
})
