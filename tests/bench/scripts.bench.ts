/** What a script costs beside the least it could cost. */

import { ScriptEngine, toolsFromTree } from '../../src/harness/index.ts'
import { pooledScriptFloor } from './floors/pooled-script.ts'
import { runsWanted } from './support/options.ts'

const ROUNDS = runsWanted(100)
const WARM_UP = 5
/** Both sides boot their next guest behind a script; without this pause the next one would pay for that. */
const PAUSE_MS = 6

const SCRIPTS: Readonly<Record<string, string>> = {
  'no call': 'return 1 + 1',
  '1 call': "return await tools.echo({ i: 1, text: 'some argument text' })",
  '10 calls in sequence':
    "let s = 0; for (let i = 0; i < 10; i++) s += (await tools.echo({ i, text: 'some argument text' })).i; return s",
  '100 calls in sequence':
    "let s = 0; for (let i = 0; i < 100; i++) s += (await tools.echo({ i, text: 'some argument text' })).i; return s",
  '100 calls at once':
    "return (await Promise.all(Array.from({ length: 100 }, (_, i) => tools.echo({ i, text: 'some argument text' })))).length",
  '1000 calls at once':
    "return (await Promise.all(Array.from({ length: 1000 }, (_, i) => tools.echo({ i, text: 'some argument text' })))).length",
}

const echo = async (argument: unknown) => argument
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
const quantile = (times: readonly number[], at: number) =>
  [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * at))] ?? Number.NaN

async function timed(run: () => Promise<unknown>): Promise<number> {
  await pause()
  const startedAt = performance.now()
  await run()
  return performance.now() - startedAt
}

const coldAt = performance.now()
await using engine = new ScriptEngine()
const tools = toolsFromTree({ echo })
const ours = async (source: string) => {
  const result = await engine.run(source, { tools })
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}
await ours('return 0')
const coldMs = performance.now() - coldAt
await engine.warm()
await using floor = await pooledScriptFloor(echo)

console.log('script                   floor ms   ours ms  ratio  (medians; p10 ratio)   ours p99/median')
for (const [name, source] of Object.entries(SCRIPTS)) {
  const rounds = name.startsWith('1000') ? Math.ceil(ROUNDS / 5) : ROUNDS
  const times = { floor: [] as number[], ours: [] as number[] }
  for (let round = -WARM_UP; round < rounds; round++) {
    const floorMs = await timed(() => floor.run(source))
    const oursMs = await timed(() => ours(source))
    if (round < 0) continue
    times.floor.push(floorMs)
    times.ours.push(oursMs)
  }
  const [f, o] = [quantile(times.floor, 0.5), quantile(times.ours, 0.5)]
  const low = quantile(times.ours, 0.1) / quantile(times.floor, 0.1)
  const tail = quantile(times.ours, 0.99) / o
  console.log(
    `${name.padEnd(24)} ${f.toFixed(2).padStart(8)} ${o.toFixed(2).padStart(9)}  ${(o / f).toFixed(2)}   (${low.toFixed(2)})${tail.toFixed(1).padStart(28)}`,
  )
}
console.log(`first script of this process: ${coldMs.toFixed(0)} ms`)
