/** What the file tools cost on a tree of 50,000 files, beside ripgrep and fast-glob. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import fastGlob from 'fast-glob'
import { coreCodex } from '../../src/packs/core-codex/index.ts'
import { searchFiles } from '../../src/packs/core-codex/search-files.ts'
import { openWorkspace } from '../../src/platform/index.ts'
import type { ToolContext } from '../../src/tools/index.ts'
import { median, printTable, printTarget, shown } from './support/figures.ts'
import { fileTree, NEEDLE } from './support/file-tree.ts'
import { runsWanted } from './support/options.ts'

const FILES = 50_000
const RUNS = runsWanted(7)
const run = promisify(execFile)

await using tree = await fileTree(FILES)
await using workspace = await openWorkspace({
  workingDirectory: tree.root,
  sandboxMode: 'danger-full-access',
  environment: process.env,
})
const { signal } = new AbortController()

async function call(name: string, input: object): Promise<unknown> {
  const tool = coreCodex.tools.find((candidate) => candidate.name === name)
  // These tools ask their context for nothing else.
  return await tool?.run(input, { workspace, signal } as ToolContext)
}

const hasRipgrep = await run('rg', ['--version']).then(
  () => true,
  () => false,
)
const pattern = `${NEEDLE} = \\d+`
const ripgrep = () => run('rg', ['--no-config', '--files-with-matches', '--regexp', pattern, '--', tree.root])
const glob = () => fastGlob('**', { cwd: tree.root, dot: true, onlyFiles: false, followSymbolicLinks: false })

const candidates: Readonly<Record<string, () => Promise<unknown>>> = {
  ...(hasRipgrep && {
    rg: ripgrep,
    'grep_files, with rg': () => call('grep_files', { pattern, path: '.', limit: 2000 }),
  }),
  'grep_files, without': () => searchFiles({ pattern, path: tree.root }, workspace, signal),
  'the same, no sure part': () =>
    searchFiles({ pattern: '(?i)NEEDLEOFTHISBENCH|absent', path: tree.root }, workspace, signal),
  'fast-glob': glob,
  'file_search, few matches': () => call('file_search', { query: 'package-3 file-7', path: '.', limit: 20 }),
  'file_search, all match': () => call('file_search', { query: 'e', path: '.', limit: 20 }),
  'list_dir, all levels': () => call('list_dir', { dir_path: '.', depth: 9, offset: 1, limit: 25 }),
}

const times = new Map<string, number[]>(Object.keys(candidates).map((name) => [name, []]))
const of = (name: string) => times.get(name) ?? []
for (let round = -1; round < RUNS; round += 1) {
  for (const [name, candidate] of Object.entries(candidates)) {
    const startedAt = performance.now()
    await candidate()
    if (round >= 0) of(name).push(performance.now() - startedAt)
  }
}

/** Taken inside each round, so that noise meets both. */
const ratio = (name: string, floor: string) =>
  median(of(name).map((time, round) => time / (of(floor)[round] ?? Number.NaN)))

printTable([
  [`${FILES} files`, 'ms', 'least'],
  ...Object.keys(candidates).map((name) => [
    name,
    shown(median(of(name)), 0),
    shown(Math.min(...of(name)), 0),
  ]),
])
console.log()
printTarget('grep_files with rg ÷ rg', ratio('grep_files, with rg', 'rg'), 1.3)
console.log(`grep_files without rg ÷ rg: ${shown(ratio('grep_files, without', 'rg'), 2)} (no target)`)
printTarget('file_search ÷ fast-glob, few matches', ratio('file_search, few matches', 'fast-glob'), 2)
printTarget('file_search ÷ fast-glob, all match', ratio('file_search, all match', 'fast-glob'), 2)
printTarget('list_dir ÷ fast-glob', ratio('list_dir, all levels', 'fast-glob'), 2)
