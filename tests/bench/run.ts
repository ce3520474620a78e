/** Runs the benches: those that are named, or all of them, one after the other. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'

const folder = import.meta.dirname
const all = readdirSync(folder).flatMap((file) => /^(.+)\.bench\.ts$/.exec(file)?.[1] ?? [])
const firstOption = process.argv.findIndex((word, at) => at > 1 && /^-/.test(word))
const named = process.argv.slice(2, firstOption === -1 ? undefined : firstOption)
const options = firstOption === -1 ? [] : process.argv.slice(firstOption)

const unknown = named.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}; there are ${all.join(', ')}.`)
  process.exitCode = 2
} else {
  for (const name of named.length === 0 ? all : named) await runBench(name)
}

async function runBench(name: string): Promise<void> {
  console.log(`── ${name}`)
  const bench = spawn(process.execPath, [path.join(folder, `${name}.bench.ts`), ...options], {
    stdio: 'inherit',
  })
  const [code] = await once(bench, 'close')
  if (code !== 0) process.exitCode = 1
  console.log()
}
