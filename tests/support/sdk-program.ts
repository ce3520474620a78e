/** Plays the program written for `@openai/codex-sdk` on a package, against a scripted provider. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { SdkThreadEvent, SdkThreadItem, Usage } from '../../src/index.ts'
import {
  calls,
  custom,
  type ProviderRequest,
  refuses,
  type StepAnswer,
  says,
  startProvider,
  thinks,
  uses,
} from '../../src/testing/index.ts'
import { repositoryRoot } from './source-graph.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

const program = path.join(repositoryRoot, 'tests/fixtures/sdk-program.ts')
const IMPORTED = "from '../../src/index.ts'"

/** The key that the program hands over in `env` alone. */
const KEY = 'sdk-program'
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** What every response of the script reports. */
export const STEP_USAGE: Usage = {
  input_tokens: 100,
  cached_input_tokens: 40,
  cache_write_input_tokens: 0,
  output_tokens: 20,
  reasoning_output_tokens: 5,
}

export interface RunReport {
  readonly items: readonly SdkThreadItem[]
  readonly finalResponse: string
  readonly usage: Usage | null
}

export interface FailureReport {
  readonly isError: boolean
  readonly name: string
  readonly message: string
}

export interface StreamReport {
  readonly events: readonly SdkThreadEvent[]
  readonly failure: FailureReport | null
}

/** What the program prints when it ends. */
export interface SdkReport {
  readonly runs: Readonly<Record<'first' | 'second' | 'typed' | 'seen' | 'again' | 'afterwards', RunReport>>
  readonly streams: Readonly<Record<'plan' | 'stopped' | 'refused', StreamReport>>
  readonly failures: Readonly<Record<'gone' | 'rejected', FailureReport | null>>
  readonly isSameThread: boolean
  readonly hasSameIdWhenResumed: boolean
}

export interface Played {
  readonly report: SdkReport
  readonly requests: readonly ProviderRequest[]
}

const step = (...parts: Exclude<StepAnswer, readonly unknown[]>[]): StepAnswer => [...parts, uses(STEP_USAGE)]
const plan = (first: string, second: string) =>
  calls('update_plan', {
    plan: [
      { step: 'look', status: first },
      { step: 'leap', status: second },
    ],
  })
const addNotes = ['*** Begin Patch', '*** Add File: notes.md', '+one', '*** End Patch'].join('\n')
const badRequest = { error: { message: 'bad thing' } }

const script: readonly StepAnswer[] = [
  step(thinks('Looking around.'), says('I will greet.'), calls('exec_command', { cmd: 'echo hello' })),
  step(custom('apply_patch', addNotes)),
  step(says('Greeted.')),
  step(calls('exec_command', { cmd: 'echo no; exit 3' })),
  step(says('It failed.')),
  step(plan('in_progress', 'pending')),
  step(calls('exec_command', { cmd: 'echo a' }), calls('exec_command', { cmd: 'echo b' })),
  step(plan('completed', 'completed')),
  step(says('Both done.')),
  step(says('{"count":2}')),
  step(says('A dot.')),
  step(says('I do.')),
  step(calls('exec_command', { cmd: 'sleep 30' })),
  step(says('Going on.')),
  refuses(400, badRequest),
  refuses(400, badRequest),
]

/** The program with its import line changed, and nothing else. */
export async function programOn(specifier: string): Promise<string> {
  const source = await readFile(program, 'utf8')
  if (source.split(IMPORTED).length !== 2) throw new Error(`${program} must import once ${IMPORTED}`)
  return source.replace(IMPORTED, `from '${specifier}'`)
}

/**
 * Run the program in a process of its own, until it ends by itself.
 *
 * @param specifier The package, or the address of its entry file.
 * @param environment Beside that of this process; the settings of the program go before.
 */
export async function playSdkProgram(
  specifier: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Played> {
  await using folder = await tempFolder({
    'package.json': '{ "type": "module" }',
    'program.ts': await programOn(specifier),
  })
  await using provider = await startProvider(script, { apiKey: KEY })
  const work = path.join(folder.path, 'work')
  const image = path.join(folder.path, 'dot.png')
  await Promise.all([mkdir(work), writeFile(image, Buffer.from(DOT, 'base64'))])

  const child = spawn(process.execPath, [path.join(folder.path, 'program.ts')], {
    env: {
      ...process.env,
      CODEX_TS_HOME: path.join(folder.path, 'state'),
      ...environment,
      PROVIDER_URL: provider.url,
      WORK_FOLDER: work,
      IMAGE: image,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [printed, complaints, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  if (code !== 0) throw new Error(`The program ended with ${code}: ${complaints}`)
  return { report: JSON.parse(withoutPaths(printed, folder)), requests: [...provider.requests] }
}

function withoutPaths(printed: string, folder: TempFolder): string {
  return printed.replaceAll(JSON.stringify(folder.path).slice(1, -1), '<folder>')
}
