/** Spoilt scripts: each ends, whatever its source says. */

import { test } from 'vitest'
import { sharedEngine } from '../support/script-bench.ts'
import { runSpoiltScripts, SPOILT_LIMITS } from '../support/spoilt-scripts.ts'

const engine = sharedEngine({ limits: SPOILT_LIMITS })

test('300 spoilt scripts end with a value or a kind of error, and the engine is well', async () => {
  await runSpoiltScripts(engine, 300)
}, 60_000)
