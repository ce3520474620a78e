/** What a script reads of time or chance: live, written down, seen again. */

import { describe, expect, test } from 'vitest'
import type { ClockSamples, ScriptReplay } from '../../src/harness/index.ts'
import { echo, errorOf, returned, runnerOf, sharedEngine } from '../support/script-bench.ts'

const run = runnerOf(sharedEngine())

/** Runs a script and keeps what a replay of it needs. */
async function sampled(source: string, settings: Parameters<typeof run>[2] = {}) {
  const seeds: string[] = []
  const clock: ClockSamples[number][] = []
  const result = await run(
    source,
    { echo },
    {
      ...settings,
      onSampled: (samples) => {
        seeds.push(samples.seed)
        clock.push(...samples.clock)
      },
    },
  )
  const replay: ScriptReplay = { seed: seeds[0] ?? '', clock }
  return { result, replay, reads: clock.reduce((sum, [, reads]) => sum + reads, 0) }
}

const READ_ALL =
  'const seen = [Date.now(), new Date().getTime(), Date(), performance.now(), performance.timeOrigin, Math.random()]\nawait tools.echo(1)\nawait new Promise((r) => setTimeout(r, 3))\nseen.push(Date.now(), performance.now(), Math.random(), new Date().toISOString())\nreturn seen'

describe('a replay', () => {
  test('sees the same time and the same chance', async () => {
    const first = await sampled(READ_ALL)
    const again = await run(READ_ALL, { echo }, { replay: first.replay })

    expect(returned(again)).toEqual(returned(first.result))
  })

  test('goes on live where the record ends, and never back', async () => {
    const later = Date.now() + 3_600_000
    const source = 'return [Date.now(), Date.now(), Date.now()]'
    const result = await run(
      source,
      {},
      {
        replay: {
          seed: 'a',
          clock: [
            [1_000, 2],
            [later, 1],
          ],
        },
      },
    )

    expect(returned(result)).toEqual([1_000, later, later])
  })

  test('is told only what it did not bring', async () => {
    const source = 'Date.now(); return Math.random()'
    const { replay, result, reads } = await sampled(source, { replay: { seed: 'a', clock: [[1_000, 1]] } })

    expect(reads).toBe(1)
    expect(replay.clock[0]?.[0]).toBeGreaterThan(1_000)
    expect(returned(result)).toBe(
      returned(await run('return Math.random()', {}, { replay: { seed: 'a', clock: [] } })),
    )
  })

  test.each([
    [{ seed: 1, clock: [] }, 'replay.seed'],
    [{ seed: 'a', clock: [[1]] }, 'replay.clock'],
    [{ seed: 'a', clock: [[1, 0]] }, 'replay.clock'],
  ])('that cannot be meant is an option error: %j', async (replay, option) => {
    const running = run('return 1', {}, { replay: replay as unknown as ScriptReplay })

    await expect(running).rejects.toThrow(expect.objectContaining({ code: 'bad_option', option }))
  })
})

describe('what a script reads is told', () => {
  test('in few pieces: a run of reads within a millisecond is one', async () => {
    const { reads, replay } = await sampled('for (let i = 0; i < 5000; i++) Date.now(); return 1')

    expect(reads).toBe(5_001)
    expect(replay.clock.length).toBeLessThan(1_000)
  })

  test('before the calls that follow it', async () => {
    const order: string[] = []
    await run(
      'Date.now(); await tools.echo(1)',
      { echo: async () => order.push('call') },
      { onSampled: ({ clock }) => order.push(clock.length === 0 ? 'seed' : 'clock') },
    )

    expect(order).toEqual(['seed', 'clock', 'call'])
  })

  test('to a host whose callback throws without harm', async () => {
    const onSampled = () => {
      throw new Error('host')
    }

    expect(returned(await run('return Date.now() > 0', {}, { onSampled }))).toBe(true)
  })
})

describe('time and chance', () => {
  test('are live: time passes, and no two runs have the same chance', async () => {
    const source =
      'const a = Date.now(); await new Promise((r) => setTimeout(r, 5)); return [Date.now() > a, Math.random()]'
    const [[passed, first], [, second]] = [returned(await run(source)), returned(await run(source))] as [
      [boolean, number],
      [boolean, number],
    ]

    expect(passed).toBe(true)
    expect(first).not.toBe(second)
  })

  test('are spread evenly over [0, 1)', async () => {
    const source =
      'const n = Array(10).fill(0); for (let i = 0; i < 10000; i++) n[Math.floor(Math.random() * 10)]++; return n'
    const counts = returned(await run(source, {}, { replay: { seed: 'even', clock: [] } })) as number[]

    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1_150)
  })

  test('leave Date what it is in every other way', async () => {
    const source = `class Day extends Date { year() { return this.getUTCFullYear() } }
return [new Day(0).year(), new Day() instanceof Day, new Date(0).constructor === Date, Date.name, Date.length,
  Date.UTC(2000, 0), Date.parse('2000-01-01'), new Date(2000, 0, 1).getFullYear(), typeof Date(), Date(0) === Date(),
  Number.isNaN(new Date(undefined).getTime()), Object.prototype.toString.call(new Date())]`

    expect(returned(await run(source))).toEqual([
      1970,
      true,
      true,
      'Date',
      7,
      946_684_800_000,
      946_684_800_000,
      2000,
      'string',
      true,
      true,
      '[object Date]',
    ])
  })

  test('a context that is no JSON is an option error, and the next script finds its thread', async () => {
    const context = { n: 1n } as never

    await expect(run('return 1', {}, { context })).rejects.toThrow('context')
    expect(returned(await run('return 1'))).toBe(1)
    errorOf(await run('null.x'), 'runtime')
  })
})
