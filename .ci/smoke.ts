/** Uses the packed tarball in an empty project, on the Node that runs this file. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'

const tarball = path.resolve(
  process.argv[2] ?? fail('which tarball? node .ci/smoke.ts codex-ts-0.1.0.tgz [NODE VERSION]'),
)
const versionWanted = process.argv[3]
if (versionWanted && !`${process.versions.node}.`.startsWith(`${versionWanted}.`)) {
  fail(`this is Node ${process.versions.node}, not ${versionWanted}`)
}

// Not `await using`: the oldest Node that we run on cannot read it.
const project = mkdtempSync(path.join(tmpdir(), 'codex-ts-smoke-'))
process.on('exit', () => rmSync(project, { recursive: true, force: true, maxRetries: 3 }))

write('package.json', JSON.stringify({ name: 'empty', private: true, type: 'module' }))
// On Windows npm is a batch file, which only a shell starts.
run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', tarball], {
  shell: process.platform === 'win32',
})

const packageFolder = path.join(project, 'node_modules', 'codex-ts')
const manifest: { exports: Record<string, unknown>; bin: Record<string, string> } = JSON.parse(
  readFileSync(path.join(packageFolder, 'package.json'), 'utf8'),
)
const doors = Object.keys(manifest.exports)
  .filter((door) => door !== './package.json')
  .map((door) => path.posix.join('codex-ts', door))

write(
  'esm.mjs',
  `import { Codex, defineTool, isCodexError } from 'codex-ts'
for (const it of [Codex, defineTool, isCodexError]) if (typeof it !== 'function') throw new Error('not a function')
for (const door of ${JSON.stringify(doors)}) if (Object.keys(await import(door)).length === 0) throw new Error(door + ' is empty')
`,
)
run(process.execPath, ['esm.mjs'])

// The parts that look for files beside themselves when they run: workers, wasm, and what is loaded late.
write(
  'use.mjs',
  `import { Codex } from 'codex-ts'
import { commandsOf } from 'codex-ts/platform'
import { ScriptRunner } from 'codex-ts/script'
import { says, startProvider } from 'codex-ts/testing'

const runner = new ScriptRunner({ tools: { twice: async ({ n }) => 2 * n } })
const script = await runner.run('const n: number = await tools.twice({ n: 21 }); return n')
await runner[Symbol.asyncDispose]()
if (script.value !== 42) throw new Error(JSON.stringify(script))

const provider = await startProvider([says('Hello.')])
const turn = await Codex.run('Hi', {
  model: 'local/any',
  providers: { local: { baseUrl: provider.url, apiKey: 'any', wireApi: 'responses' } },
  env: { CODEX_TS_HOME: 'home' },
})
await provider[Symbol.asyncDispose]()
if (turn.finalResponse !== 'Hello.') throw new Error(JSON.stringify(turn))

const { plain } = await commandsOf('ls -a && pwd')
if (JSON.stringify(plain) !== '[["ls","-a"],["pwd"]]') throw new Error(JSON.stringify(plain))
`,
)
run(process.execPath, ['use.mjs'])

write(
  'common.cjs',
  `const { Codex } = require('codex-ts')
if (typeof Codex !== 'function') throw new Error('not a function')
for (const door of ${JSON.stringify(doors)}) require(door)
if (require('codex-ts/package.json').name !== 'codex-ts') throw new Error('package.json is not exported')
`,
)
run(process.execPath, ['common.cjs'])

const uses = `import { Codex, type ThreadEvent } from 'codex-ts'
export const codex: Codex = new Codex({ model: 'any' })
export const type = (event: ThreadEvent): string => event.type
${doors.map((door, index) => `export * as door${index} from '${door}'`).join('\n')}
`
write('types.mts', uses)
write('types.cts', uses)
run(process.execPath, [
  createRequire(import.meta.url).resolve('typescript/bin/tsc'),
  ...[
    '--noEmit',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2024',
    '--lib',
    'es2024,esnext.disposable',
  ],
  ...['--module', 'nodenext', '--typeRoots', typesOfNode(), '--types', 'node', 'types.mts', 'types.cts'],
])

const missing = await valuesMissing()
if (missing.length > 0) fail(`declared as values, and not there when imported: ${missing.join(', ')}`)

const bin = path.join(packageFolder, manifest.bin['codex-ts'] ?? fail('no bin'))
const help = run(process.execPath, [bin, '--help'])
if (!help.includes('codex-ts')) fail(`--help says: ${help}`)

console.log(
  `smoke: ${doors.length} doors by import, require and type, a script, a turn, a shell's script, the program: Node ${process.versions.node}`,
)

/** What the declarations of a door promise to exist at run time, and does not. */
async function valuesMissing(): Promise<string[]> {
  const file = path.join(project, 'types.mts')
  const { ModuleKind, ScriptTarget } = ts
  const program = ts.createProgram([file], {
    module: ModuleKind.NodeNext,
    target: ScriptTarget.ES2024,
    noLib: true,
  })
  const checker = program.getTypeChecker()
  const found: string[] = []
  for (const statement of program.getSourceFile(file)?.statements ?? []) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) continue
    const door = checker.getSymbolAtLocation(statement.moduleSpecifier)
    const name = statement.moduleSpecifier.getText().slice(1, -1)
    if (door === undefined) fail(`${name} has no declarations`)
    const there = Object.keys(await import(pathToFileURL(createRequire(file).resolve(name)).href))
    for (const declared of checker.getExportsOfModule(door)) {
      const meant = declared.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(declared) : declared
      const isType =
        declared.declarations?.some((node) => ts.isTypeOnlyImportOrExportDeclaration(node)) ?? false
      if (!isType && meant.flags & ts.SymbolFlags.Value && !there.includes(declared.name)) {
        found.push(`${declared.name} of ${name}`)
      }
    }
  }
  return found
}

function typesOfNode(): string {
  return path.resolve(createRequire(import.meta.url).resolve('@types/node/package.json'), '..', '..')
}

function write(name: string, text: string): void {
  writeFileSync(path.join(project, name), text)
}

function run(program: string, args: readonly string[], options: { shell?: boolean } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: project,
    encoding: 'utf8',
    ...options,
  })
  if (status !== 0) fail(`${path.basename(program)} ${args.join(' ')}\n${stdout}\n${stderr}\n${error ?? ''}`)
  return stdout
}

function fail(what: string): never {
  console.error(`smoke: ${what}`)
  process.exit(1)
}
