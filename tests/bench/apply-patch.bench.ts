/** Whether patches twice as large take twice as long. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { applyPatch, patchPreview } from '../../src/packs/core-codex/apply-patch/index.ts'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { runsWanted } from './support/options.ts'

const MIB = 1024 * 1024

/** What doubling may cost: linear work doubles, and larger heaps cost a little more. */
const GROWTH_MAX = 3

interface Job {
  readonly name: string
  /** Each is twice the one before. */
  readonly sizes: readonly [number, number]
  readonly unit: string
  /** Prepare work of that size; the answer does it. */
  prepare(size: number, folder: string): Promise<() => Promise<void>>
}

const patchOf = (lines: readonly string[]) => `*** Begin Patch\n${lines.join('\n')}\n*** End Patch\n`

function applying(patch: string, cwd: string): () => Promise<void> {
  return async () => {
    const { exitCode, stderr } = await applyPatch(patch, { cwd })
    if (exitCode !== 0) throw new Error(stderr)
  }
}

const JOBS: readonly Job[] = [
  {
    name: 'one line at the end of a large file',
    sizes: [10 * MIB, 20 * MIB],
    unit: 'bytes',
    async prepare(size, folder) {
      const line = 'a line like any other, of fifty bytes and no more'
      await writeFile(path.join(folder, 'f'), `${`${line}\n`.repeat(size / (line.length + 1))}last\n`)
      return applying(patchOf(['*** Update File: f', '@@', '-last', '+new']), folder)
    },
  },
  {
    name: 'chunks in one file, each after the next line',
    sizes: [2_500, 5_000],
    unit: 'chunks',
    async prepare(size, folder) {
      const numbers = Array.from({ length: size }, (_, index) => index)
      await writeFile(path.join(folder, 'f'), numbers.map((at) => `before\nline ${at}\nafter \n`).join(''))
      const chunks = numbers.flatMap((at) => ['@@', ' before', `-line ${at}`, `+new ${at}`, ' after'])
      return applying(patchOf(['*** Update File: f', ...chunks]), folder)
    },
  },
  {
    name: 'files, each updated',
    sizes: [2_500, 5_000],
    unit: 'files',
    async prepare(size, folder) {
      const names = Array.from({ length: size }, (_, index) => `${index % 100}/f${index}`)
      for (let index = 0; index < 100; index += 1) await mkdir(path.join(folder, String(index)))
      for (const name of names) await writeFile(path.join(folder, name), 'x\n')
      return applying(
        patchOf(names.flatMap((name) => [`*** Update File: ${name}`, '@@', '-x', '+y'])),
        folder,
      )
    },
  },
  {
    name: 'a patch that arrives sign by sign',
    sizes: [2_500_000, 5_000_000],
    unit: 'signs',
    async prepare(size) {
      const text = JSON.stringify({
        input: `*** Begin Patch\n*** Add File: f\n${'+a line of twenty.\n'.repeat(size / 20)}`,
      })
      return async () => {
        const preview = patchPreview('function')
        for (const sign of text) preview.push(sign)
      }
    },
  },
]

async function timeMs(job: Job, size: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-'))
  try {
    const run = await job.prepare(size, folder)
    const startedAt = performance.now()
    await run()
    return performance.now() - startedAt
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const runs = runsWanted(5)
const rows: string[][] = []
const growths: [string, number][] = []
for (const job of JOBS) {
  const repeats: [number, number][] = []
  for (let repeat = 0; repeat < runs; repeat += 1) {
    repeats.push([await timeMs(job, job.sizes[0]), await timeMs(job, job.sizes[1])])
  }
  const times = [0, 1].map((at) => shown(median(repeats.map((repeat) => repeat[at] ?? Number.NaN))))
  rows.push([job.name, ...job.sizes.map((size, at) => `${size} ${job.unit}: ${times[at]} ms`)])
  growths.push([job.name, median(repeats.map(([small, large]) => large / small))])
}

console.log(`Patches as the tool applies them, all or nothing; ${runs} repeats, medians.\n`)
printTable(rows)
console.log()
for (const [name, growth] of growths) printTarget(name, growth, GROWTH_MAX, ' ×')
