/** Thousands of spoilt scripts in one process. */

import { expect, test } from 'vitest'
import { sharedEngine } from '../support/script-bench.ts'
import { runSpoiltScripts, SPOILT_LIMITS } from '../support/spoilt-scripts.ts'

const MIB = 1024 * 1024
const engine = sharedEngine({ limits: SPOILT_LIMITS })

test('10,000 spoilt scripts end, and leave no handle and little memory behind', async () => {
  await runSpoiltScripts(engine, 500)
  const before = process.memoryUsage().rss
  const handles = process.getActiveResourcesInfo().length

  await runSpoiltScripts(engine, 10_000)

  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(handles + 4)
  expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(200)
})
