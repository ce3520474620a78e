/** The command line as a process of its own, in a folder of its own. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { repositoryRoot } from './source-graph.ts'
import { tempFolder } from './temp-folder.ts'

export interface CliResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

export interface CliBench extends AsyncDisposable {
  /** The current folder of what is started; absolute, links followed. */
  readonly folder: string
  start(
    args: readonly string[],
    options?: CliOptions,
  ): {
    readonly child: ChildProcessByStdio<Writable, Readable, Readable>
    readonly result: Promise<CliResult>
  }
  run(args: readonly string[], options?: CliOptions): Promise<CliResult>
}

/** No key and no thread of the person who runs the tests reaches what is started. */
export async function cliBench(files: Readonly<Record<string, string>> = {}): Promise<CliBench> {
  const inFolder = Object.entries(files).map(([name, content]) => [`here/${name}`, content])
  const temp = await tempFolder(Object.fromEntries(inFolder))
  const folder = path.join(temp.path, 'here')
  await mkdir(folder, { recursive: true })

  const start: CliBench['start'] = (args, { stdin, env } = {}) => {
    const child = spawn(process.execPath, [path.join(repositoryRoot, 'src/cli/bin.ts'), ...args], {
      cwd: folder,
      env: { ...cleanEnvironment(), CODEX_TS_HOME: path.join(temp.path, 'home'), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(stdin)
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    const result = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
      ([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr }),
    )
    return { child, result }
  }

  return {
    folder,
    start,
    run: (args, options) => start(args, options).result,
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  }
}

function cleanEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !/_API_KEY$|^CODEX_|^NO_COLOR$|^FORCE_COLOR$/.test(name)) kept[name] = value
  }
  return kept
}

/** Arguments that send a run to the scripted provider. */
export function toProvider(url: string): string[] {
  return ['--base-url', url, '--wire-api', 'responses', '-m', 'any']
}

/** What was printed, a JSON object a line. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}
