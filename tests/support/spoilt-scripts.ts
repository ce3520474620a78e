/** Runs spoilt scripts: whatever their source says, each has to end, and the engine has to be well afterwards. */

import { expect } from 'vitest'
import { type ScriptEngine, TaskSet, toolsFromTree } from '../../src/harness/index.ts'
import { mutatedSource } from '../harness/fuzz-sources.ts'
import { echo, returned, untilAborted } from './script-bench.ts'

const AT_ONCE = 4

/** Of little of everything, so that loops and hoards end soon. */
export const SPOILT_LIMITS = { wallMs: 2_000, ticksMax: 500, memoryBytesMax: 16 * 1024 * 1024 }

/** Fails for a script without a kind of error or a position in its source, for a dead worker, and for a stray rejection. */
export async function runSpoiltScripts(engine: ScriptEngine, count: number): Promise<void> {
  const strays: unknown[] = []
  const onStray = (error: unknown) => strays.push(error)
  process.on('unhandledRejection', onStray)
  await using tasks = new TaskSet()
  const tree = {
    echo,
    grep: async () => ({ files: ['a'] }),
    slow: untilAborted,
    fail: async (message: unknown) => Promise.reject(new Error(String(message))),
  }
  const tools = toolsFromTree(tree, { tasks })
  const odd: string[] = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const source = mutatedSource(next++)
      const result = await engine.run(source, { tools })
      if (result.ok) continue
      const { kind, message, line } = result.error
      const isInSource = line === undefined || line <= source.split('\n').length
      if (kind === 'killed' || message === '' || !isInSource) odd.push(`${kind} ${message}\n${source}`)
    }
  }

  await Promise.all(Array.from({ length: AT_ONCE }, lane))

  expect(odd).toEqual([])
  expect(returned(await engine.run('return 1 + 1', { tools }))).toBe(2)
  process.off('unhandledRejection', onStray)
  expect(strays).toEqual([])
}
