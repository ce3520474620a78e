/** What a turn, a piece of text and the first of them cost on each wire API, beside the floor on the same one. */

import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'
import { packageForm } from './support/package-door.ts'

const WIRES = ['responses', 'chat', 'messages'] as const
const at = (file: string) => new URL(file, import.meta.url)
const CLIENTS = {
  floor: at('floors/wires.mjs').href,
  ours: at('adapters/peers-adapter.mjs').href,
} as const

interface Cost {
  readonly wallMs: number
  readonly cpuMs: number
}

interface Sample {
  readonly turn: Cost
  readonly piece: Cost
  /** Until the first piece of text, in a new thread and in one that was there. */
  readonly firstOfThreadMs: number
  readonly firstMs: number
}

const run = promisify(execFile)
const runs = runsWanted(3)
const provider = fork(fileURLToPath(at('support/wire-provider.ts')), { execArgv: [] })
const [port] = await once(provider, 'message')

async function measure(client: keyof typeof CLIENTS, wire: string): Promise<Sample> {
  const { stdout } = await run(process.execPath, [fileURLToPath(at('drivers/wires.mjs'))], {
    env: {
      ...process.env,
      BENCH_URL: `http://127.0.0.1:${port}`,
      BENCH_ADAPTER: CLIENTS[client],
      BENCH_WIRE: wire,
    },
  })
  return JSON.parse(stdout)
}

console.log(`${runs} repeats, medians. Ours: ${packageForm}.`)
for (const wire of WIRES) {
  const samples = { floor: [] as Sample[], ours: [] as Sample[] }
  for (let repeat = 0; repeat < runs; repeat++) {
    for (const client of ['floor', 'ours'] as const) samples[client].push(await measure(client, wire))
  }
  const of = (client: keyof typeof CLIENTS, figure: (sample: Sample) => number) =>
    median(samples[client].map(figure))
  const ratio = (figure: (sample: Sample) => number) => of('ours', figure) / of('floor', figure)

  console.log(`\n${wire}`)
  printTable([
    ['', 'a turn: wall', 'cpu', 'a piece: wall', 'cpu', 'first piece', 'of a new thread'],
    ...(['floor', 'ours'] as const).map((client) => [
      client,
      `${shown(
        of(client, ({ turn }) => turn.wallMs),
        2,
      )} ms`,
      `${shown(
        of(client, ({ turn }) => turn.cpuMs),
        2,
      )} ms`,
      `${shown(
        of(client, ({ piece }) => piece.wallMs * 1000),
        2,
      )} µs`,
      `${shown(
        of(client, ({ piece }) => piece.cpuMs * 1000),
        2,
      )} µs`,
      `${shown(
        of(client, ({ firstMs }) => firstMs),
        2,
      )} ms`,
      `${shown(
        of(client, ({ firstOfThreadMs }) => firstOfThreadMs),
        2,
      )} ms`,
    ]),
  ])
  printTarget(
    'a tool turn over the floor, cpu',
    ratio(({ turn }) => turn.cpuMs),
    1.8,
  )
  printTarget(
    'a piece of text over the floor, cpu',
    ratio(({ piece }) => piece.cpuMs),
    3,
  )
  const later = of('ours', ({ firstMs }) => firstMs) - of('floor', ({ firstMs }) => firstMs)
  printTarget('the first piece after the floor', later, 1, ' ms')
}
provider.disconnect()
