/** The examples of the papers: all type-check, and those marked `run` run and print what the page says. */

import { execFile } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { doors } from '../../tsup.config.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { type Example, examplesOf, pages, repositoryRoot } from './read-examples.ts'
import type { PageRun } from './run-page.ts'

const run = promisify(execFile)
const examples = pages.flatMap(examplesOf)
const runnable = examples.filter(({ mark }) => mark === 'run')

/** Each door's file in our source, by what an example imports. */
const sources = Object.fromEntries(
  Object.entries(manifest.exports).flatMap(([subpath, target]) => {
    const door = typeof target === 'string' ? undefined : path.basename(target.default, '.js')
    const file = Object.entries(doors).find(([name]) => name === door)?.[1]
    return file === undefined
      ? []
      : [[path.posix.join(manifest.name, subpath), path.join(repositoryRoot, file)]]
  }),
)

/** The smallest picture there is. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** A small project of the reader's. */
const PROJECT = {
  'plan.md': '# Plan\n\nMake tea at four.\n',
  'src/tea.js': "export const tea = 'Assam'\n",
  'src/cup.js': 'export const cups = 2\n',
}

const COMPILER_OPTIONS = {
  target: 'ES2024',
  lib: ['ES2024', 'ESNext'],
  module: 'NodeNext',
  moduleDetection: 'force',
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  types: ['node'],
  paths: Object.fromEntries(Object.entries(sources).map(([specifier, file]) => [specifier, [file]])),
}

let workshop: TempFolder
let complaints: Promise<string[]>
let printed: ReadonlyMap<string, Promise<Printed>>
beforeAll(async () => {
  workshop = await tempFolder({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ['*.ts'] }),
    ...Object.fromEntries(examples.map((example) => [fileOf(example), example.source])),
    ...Object.fromEntries(examples.flatMap(answersIn)),
    ...Object.fromEntries(runnable.flatMap(projectOf)),
  })
  // So that `zod` is found; a junction, because Windows lets anybody make one.
  await symlink(
    path.join(repositoryRoot, 'node_modules'),
    path.join(workshop.path, 'node_modules'),
    'junction',
  )
  for (const example of runnable) {
    await writeFile(path.join(folderOf(example), 'screenshot.png'), Buffer.from(PIXEL, 'base64'))
    await mkdir(path.join(folderOf(example), '.git'))
  }
  complaints = typeCheck(workshop.path)
  printed = new Map(
    [...Map.groupBy(runnable, ({ page }) => page)].map(([page, onPage]) => [page, runPage(onPage)]),
  )
})
afterAll(() => workshop[Symbol.asyncDispose]())

test.concurrent.each(runnable.map((example) => [example.place, example] as const))(
  '%s runs, and prints what the page says',
  async (_, example) => {
    const { stdout, stderr } = pieceOf(example, await printed.get(example.page))

    expect(stderr).toBe('')
    if (example.output !== undefined) expect(stdout.trimEnd()).toMatch(patternOf(example.output))
  },
  60_000,
)

test('all type-check', async () => {
  expect(await complaints).toEqual([])
}, 60_000)

test('there are some of both kinds', () => {
  expect(new Set(examples.map(({ mark }) => mark))).toEqual(new Set(['check', 'run']))
})

const fileOf = ({ place }: Example) => `${place.replaceAll(/[^\w.]/g, '_')}.ts`
const projectName = (example: Example) => fileOf(example).replace(/\.ts$/, '')
const folderOf = (example: Example) => path.join(workshop.path, projectName(example))
const urlOf = (file: string) => pathToFileURL(path.join(workshop.path, file)).href

function answersIn(example: Example): [string, string][] {
  if (example.answers === '') return []
  const words = 'calls, custom, drips, refuses, says, stalls, thinks, uses'
  const source = `import { ${words} } from 'codex-ts/testing'\nexport default [\n${example.answers}\n]\n`
  return [[`answers_${fileOf(example)}`, source]]
}

function projectOf(example: Example): [string, string][] {
  return Object.entries(PROJECT).map(([file, text]) => [`${projectName(example)}/${file}`, text])
}

/** What the compiler says of the examples, by page and line. */
async function typeCheck(folder: string): Promise<string[]> {
  const compiler = path.join(repositoryRoot, 'node_modules/typescript/bin/tsc')
  const { stdout } = await whateverCame(run(process.execPath, [compiler, '-p', folder], { cwd: folder }))
  // Our own files are checked with the settings they are written for.
  return stdout.split('\n').filter((line) => /^(?:answers_)?[\w.]+\.ts\(|^error/.test(line))
}

interface Printed {
  readonly stdout: string
  readonly stderr: string
}

async function runPage(onPage: readonly Example[]): Promise<Printed> {
  const page: PageRun = {
    doors: Object.fromEntries(
      Object.entries(sources).map(([specifier, file]) => [specifier, pathToFileURL(file).href]),
    ),
    examples: onPage.map((example) => ({
      file: urlOf(fileOf(example)),
      answers: example.answers === '' ? '' : urlOf(`answers_${fileOf(example)}`),
      folder: folderOf(example),
    })),
  }
  const runner = path.join(import.meta.dirname, 'run-page.ts')
  const { PATH = '', SYSTEMROOT = '', TEMP = '' } = process.env
  const home = path.join(workshop.path, 'home', onPage[0]?.page.replaceAll('/', '_') ?? '')
  const env = { PATH, SYSTEMROOT, TEMP, HOME: home, CODEX_TS_HOME: home, OPENAI_API_KEY: 'test-key' }
  return await whateverCame(run(process.execPath, [runner, JSON.stringify(page)], { env }))
}

/** A program that failed has printed something, too. */
const whateverCame = (program: Promise<Printed>): Promise<Printed> =>
  program.catch(({ stdout = '', stderr = '' }: Partial<Printed>) => ({ stdout, stderr }))

/** What one example of its page has printed: `run-page.ts` ends each with a line of its own. */
function pieceOf(example: Example, { stdout, stderr }: Printed = { stdout: '', stderr: '' }): Printed {
  const end = `\0${urlOf(fileOf(example))}\n`
  const piece = (text: string) =>
    text
      .slice(0, Math.max(0, text.indexOf(end)))
      .split(/\0.*\n/)
      .at(-1) ?? ''
  if (!stderr.includes(end)) return { stdout: '', stderr: `It did not come to its end. ${stderr}` }
  return { stdout: piece(stdout), stderr: piece(stderr) }
}

function patternOf(output: string): RegExp {
  const parts = output.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`)
}
