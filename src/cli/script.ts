/** codex-ts script: one script in the harness, with the tools that ship. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { messageOf } from '../protocol/errors.ts'
import { ScriptRunner, type ScriptRunnerOptions } from '../script.ts'
import { defineCommand } from './command.ts'
import { loadEnvironmentFile } from './environment-file.ts'
import { UsageError } from './errors.ts'
import { interruption } from './interruption.ts'
import { SANDBOX_MODES } from './modes.ts'

/** The tools that need neither a key nor another agent. */
const LOCAL_PACKS = ['core-codex', 'file-cabinet']

type ScriptResult = Awaited<ReturnType<ScriptRunner['run']>>

export const script = defineCommand({
  name: 'script',
  summary: 'Run one script in the harness',
  usage: 'FILE|-',
  details: [
    'TypeScript or JavaScript with top-level await and return; the tools stand under tools. With - it comes from',
    'standard input. Its value goes to standard output, its console to standard error.',
    'Exit code 0 when it ended well, 1 when it failed, 2 for options that cannot be meant.',
  ].join('\n'),
  argumentsMax: 1,
  options: {
    json: { type: 'boolean', help: 'Print { ok, value, error: { kind, message, line }, calls, logs }' },
    limits: { type: 'string', value: 'JSON', help: 'Such as \'{"wallMs":5000}\'' },
    sandbox: {
      type: 'string',
      short: 's',
      value: 'MODE',
      choices: SANDBOX_MODES,
      help: 'What tools may touch',
    },
    cd: { type: 'string', short: 'C', value: 'DIR', help: 'The working directory; default this one' },
  },

  async run({ json, limits, sandbox, cd = '.' }, [file]) {
    if (file === undefined) throw new UsageError('The script is missing: codex-ts script FILE.')
    const options: ScriptRunnerOptions = {
      packs: LOCAL_PACKS,
      workingDirectory: path.resolve(cd),
      ...(limits === undefined ? {} : { limits: parseLimits(limits) }),
      ...(sandbox === undefined ? {} : { sandboxMode: sandbox }),
    }
    loadEnvironmentFile()
    const source = file === '-' ? await text(process.stdin) : await readSource(file)

    using stop = interruption()
    await using runner = new ScriptRunner(options)
    const result = await runner.run(source, { signal: stop.signal })
    if (json === true) process.stdout.write(`${JSON.stringify(asJson(result))}\n`)
    else show(result)
    return result.ok ? 0 : 1
  },
})

/** @throws {UsageError} */
function parseLimits(json: string): NonNullable<ScriptRunnerOptions['limits']> {
  let limits: unknown
  try {
    limits = JSON.parse(json)
  } catch (error) {
    throw new UsageError(`--limits is no JSON: ${messageOf(error)}.`)
  }
  if (typeof limits === 'object' && limits !== null && !Array.isArray(limits)) return limits
  throw new UsageError('--limits must be a JSON object, such as {"wallMs":5000}.')
}

/** @throws {UsageError} */
async function readSource(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`The script ${file} cannot be read: ${messageOf(error)}.`)
  }
}

function asJson(result: ScriptResult): object {
  const { ok, calls, logs } = result
  if (ok) return { ok, value: result.value ?? null, error: null, calls, logs }
  const { kind, message, line = null } = result.error
  return { ok, value: null, error: { kind, message, line }, calls, logs }
}

function show(result: ScriptResult): void {
  for (const { text: line } of result.logs) process.stderr.write(`${line}\n`)
  for (const warning of result.warnings) process.stderr.write(`! ${warning}\n`)
  for (const part of result.output) if (part.type === 'text') process.stdout.write(`${part.text}\n`)
  if (!result.ok) {
    const { kind, message, frame } = result.error
    process.stderr.write(`${kind}: ${message}\n${frame === undefined ? '' : `${frame}\n`}`)
    return
  }
  const { value } = result
  if (value === undefined || value === null) return
  process.stdout.write(`${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`)
}
