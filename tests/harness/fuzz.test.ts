/** Spoilt scripts: each ends, whatever its source says. */

import { expect, test } from 'vitest'
import { TaskSet, toolsFromTree } from '../../src/harness/index.ts'
import { echo, returned, sharedEngine, untilAborted } from '../support/script-bench.ts'
import { mutatedSource } from './fuzz-sources.ts'

const SOURCES = 300
const AT_ONCE = 4

const engine = sharedEngine({ limits: { wallMs: 2_000, ticksMax: 500, memoryBytesMax: 16 * 1024 * 1024 } })

test(`${SOURCES} spoilt scripts end with a value or a kind of error, and the engine is well`, async () => {
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
    while (next < SOURCES) {
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
}, 60_000)
