/** The command line: finds the command, runs it, and says in one sentence what went wrong. */

import { createRequire } from 'node:module'
import { type CodexError, isCodexError, messageOf, OptionError } from '../protocol/errors.ts'
import { nearestNames } from '../std/nearest.ts'
import { type Command, table } from './command.ts'
import { UsageError } from './errors.ts'

/** Loaded one at a time: a command pays for no other. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./demo.ts')).demo,
  run: async () => (await import('./run.ts')).run,
  'apply-patch': async () => (await import('./apply-patch.ts')).applyPatchCommand,
  script: async () => (await import('./script.ts')).script,
  threads: async () => (await import('./threads.ts')).threads,
  tools: async () => (await import('./tools.ts')).tools,
}

/**
 * Run a command line.
 *
 * @param argv What follows `codex-ts`.
 * @returns The exit code: 0 done, 1 it failed, 2 the command line cannot be meant.
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe)

  const [name, ...rest] = argv
  if (name === undefined) {
    process.stderr.write(await overview())
    return 2
  }
  if (name === '--help' || name === '-h') {
    process.stdout.write(await overview())
    return 0
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`codex-ts ${version()}\n`)
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) return fail('', unknownCommand(name))
  try {
    const command = await load()
    return await command.run(rest)
  } catch (error) {
    return fail(` ${name}`, error)
  }
}

/** A reader that has seen enough, such as `head`, is no failure of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function unknownCommand(name: string): UsageError {
  if (name.startsWith('-'))
    return new UsageError(`There is no option ${name}; codex-ts --help lists the commands.`)
  const near = nearestNames(name, Object.keys(COMMANDS), 2)
  const hint = near.length === 0 ? 'codex-ts --help lists them.' : `did you mean ${near.join(' or ')}?`
  return new UsageError(`There is no command ${JSON.stringify(name)}; ${hint}`)
}

/** Says what went wrong; a stack only where the mistake is ours. */
function fail(command: string, error: unknown): number {
  const known = firstKnown(error)
  const text = known !== undefined ? known.message : error instanceof Error ? error.stack : messageOf(error)
  process.stderr.write(`codex-ts${command}: ${text}\n`)
  return known instanceof UsageError || known instanceof OptionError ? 2 : 1
}

/** What failed first, where closing what was open then failed too. */
function firstKnown(error: unknown): CodexError | undefined {
  if (isCodexError(error)) return error
  if (!(error instanceof Error) || !('suppressed' in error)) return undefined
  return firstKnown(error.suppressed) ?? ('error' in error ? firstKnown(error.error) : undefined)
}

async function overview(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => [name, (await load()).summary] as const),
  )
  const parts = [
    'codex-ts: an agent runtime, tried by hand.',
    'Usage: codex-ts COMMAND [options]',
    `Commands:\n${table(rows)}`,
    'codex-ts COMMAND --help tells more. codex-ts --version prints the version.',
  ]
  return `${parts.join('\n\n')}\n`
}

/** Asked of the package by its own name, which works from source and as installed. */
function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('codex-ts/package.json')
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : ''
}
