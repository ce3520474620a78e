/** A git repository in a temporary folder, with a real library, its tests, and a bug. */

import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { DemoError } from '../errors.ts'
import type { Seed } from './bug.ts'
import type { InstalledPackage, Library } from './library.ts'
import {
  TEST_ARGUMENTS,
  TEST_FILE,
  TESTS,
  TSCONFIG,
  TYPES_ARGUMENTS,
  TYPES_FILE,
  USAGE,
} from './repository-files.ts'

export interface TestResult {
  readonly passed: number
  readonly failed: number
}

export interface Repository extends AsyncDisposable {
  /** The folder above the repository, where the thread files go too. */
  readonly folder: string
  /** Absolute, links followed. */
  readonly root: string
  /** For commands: this very Node comes first, and no git or test runner around us is heard. */
  readonly environment: Readonly<Record<string, string>>
  test(): Promise<TestResult>
  /** Whether the compiler finds nothing. */
  hasRightTypes(): Promise<boolean>
  /** What was changed since the commit; in colours on request. */
  diff(options: { readonly color: boolean }): Promise<string>
}

export interface RepositoryOptions {
  readonly library: Library
  readonly compiler: InstalledPackage
  readonly seed: Seed
  /** Where the demo's own folder is made. */
  readonly parent: string
  /** Whether disposing leaves the folder. */
  readonly keep: boolean
}

/** @throws {DemoError} The library's source is not the one that the bug was written for, or there is no git. */
export async function makeRepository({
  library,
  compiler,
  seed,
  parent,
  keep,
}: RepositoryOptions): Promise<Repository> {
  const folder = await realpath(await mkdtemp(path.join(parent, 'codex-ts-demo-')))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    const root = path.join(folder, library.name)
    const environment = commandEnvironment()
    await copyPackage(library, root)
    for (const dependency of library.dependencies) {
      await copyPackage(dependency, path.join(root, 'node_modules', dependency.name))
    }
    await mkdir(path.join(root, 'node_modules'), { recursive: true })
    // A junction, since Windows lets nobody make other links.
    await symlink(compiler.folder, path.join(root, 'node_modules', compiler.name), 'junction')
    await writeOwnFiles(root)
    await plant(seed, root)
    await commit(root, environment)

    const node = (args: readonly string[]) => run(process.execPath, args, root, environment)
    return {
      folder,
      root,
      environment,
      test: async () => resultOf((await node(TEST_ARGUMENTS)).stdout),
      hasRightTypes: async () => (await node(TYPES_ARGUMENTS)).exitCode === 0,
      diff: async ({ color }) =>
        (await git(['diff', color ? '--color=always' : '--color=never'], root, environment)).trimEnd(),
      [Symbol.asyncDispose]: async () => {
        if (!keep) await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

async function copyPackage({ folder }: InstalledPackage, target: string): Promise<void> {
  const nested = path.join(folder, 'node_modules')
  await cp(folder, target, { recursive: true, dereference: true, filter: (file) => file !== nested })
}

/** The tests and the types' test are ours; the rest of the package is as it was published. */
async function writeOwnFiles(root: string): Promise<void> {
  const manifestFile = path.join(root, 'package.json')
  const manifest: object = JSON.parse(await readFile(manifestFile, 'utf8'))
  const scripts = { test: `node ${TEST_ARGUMENTS.join(' ')}`, typecheck: `node ${TYPES_ARGUMENTS.join(' ')}` }
  await writeFile(manifestFile, `${JSON.stringify({ ...manifest, scripts }, null, '\t')}\n`)
  await writeFile(path.join(root, TEST_FILE), TESTS)
  await writeFile(path.join(root, TYPES_FILE), USAGE)
  await writeFile(path.join(root, 'tsconfig.json'), `${JSON.stringify(TSCONFIG, null, '\t')}\n`)
  await writeFile(path.join(root, '.gitignore'), 'node_modules\n')
}

async function plant({ file, right, wrong }: Seed, root: string): Promise<void> {
  const target = path.join(root, file)
  const source = await readFile(target, 'utf8')
  const parts = source.split(right)
  if (parts.length !== 2) {
    throw new DemoError(
      `The demo's bug does not fit ${file}: ${JSON.stringify(right)} stands there ${parts.length - 1} times, not once. ` +
        'The library that is installed is of another version than the demo was written for.',
    )
  }
  await writeFile(target, parts.join(wrong))
}

async function commit(root: string, environment: Readonly<Record<string, string>>): Promise<void> {
  const steps = [
    ['-c', 'init.defaultBranch=main', 'init', '--quiet'],
    ['config', 'user.name', 'codex-ts demo'],
    ['config', 'user.email', 'demo@example.invalid'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'The library, as it is shipped'],
  ]
  for (const step of steps) await git(step, root, environment)
}

async function git(
  args: readonly string[],
  root: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run('git', args, root, environment)
  if (exitCode !== 0)
    throw new DemoError(`git ${args.join(' ')} failed with code ${exitCode}: ${stderr.trim()}`)
  return stdout
}

interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Outcome> {
  const result = await execa(program, args, {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  })
  const { exitCode, stdout, stderr, code, shortMessage } = result
  if (exitCode !== undefined) return { exitCode, stdout, stderr }
  const reason = code === 'ENOENT' ? 'is not installed, or not on PATH' : `could not be run: ${shortMessage}`
  throw new DemoError(`The demo needs ${program}, which ${reason}.`)
}

/** Reads the summary at the end of TAP output. */
function resultOf(tap: string): TestResult {
  const count = (word: string) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}

function commandEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/^(?:GIT_|NODE_TEST_|NODE_OPTIONS$|NODE_V8_COVERAGE$)/i.test(name))
      kept[name] = value
  }
  // Windows spells it Path.
  const pathName = Object.keys(kept).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH'
  const folders = [path.dirname(process.execPath), ...(kept[pathName] ?? '').split(path.delimiter)]
  kept[pathName] = folders.filter((folder) => folder !== '').join(path.delimiter)
  // The person's own settings of git stay out: line ends, signing, hooks. Git knows this name on Windows as well.
  return { ...kept, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
}
