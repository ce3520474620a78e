/** Why a script ended, in words that say what to do. */

import { insteadOf } from './absent-globals.ts'
import { isAskedAt, toolWrittenBefore } from './asked-tool.ts'
import { fenceLanguage } from './fences.ts'
import type { GuestOutcome } from './guest/prelude.ts'
import type { ScriptLimits } from './limits.ts'
import type { PreparedSource } from './prepared-source.ts'
import { FORBIDDEN_IMPORT, inUnits, type Position, positionInStack, SCRIPT_FILE } from './script-file.ts'
import type { ScriptErrorKind, ScriptFailure } from './script-result.ts'
import type { ScriptToolEntry } from './script-tools.ts'
import { sourceFrame } from './source-frame.ts'
import { originalPosition } from './source-positions.ts'
import { type KnownTools, unknownTool } from './unknown-tool.ts'
import type { StopReason } from './worker-messages.ts'

export interface FailureSetting extends KnownTools {
  readonly source: string
  readonly limits: ScriptLimits
  /** What the engine was given; without types, and otherwise at the same places unless there is a map. */
  readonly body: string
  readonly sourceMap?: string | undefined
}

export function failure(
  kind: ScriptErrorKind,
  message: string,
  source: string,
  position?: Position | undefined,
): ScriptFailure {
  if (position === undefined) return { kind, message }
  const { line, column } = withinSource(position, source)
  const frame = sourceFrame(source, { line, column })
  return {
    kind,
    message: `${message} (${SCRIPT_FILE}:${line}:${column})`,
    line,
    column,
    ...(frame !== undefined && { frame }),
  }
}

/** What the wrapper stumbled over behind the end is said of the end. A script may also have written its stack itself. */
function withinSource({ line, column }: Position, source: string): Position {
  const lines = source.split('\n')
  const end = (text = '') => text.length + 1
  if (line > lines.length) return { line: lines.length, column: end(lines.at(-1)) }
  return { line: Math.max(1, line), column: Math.max(1, Math.min(column, end(lines[line - 1]))) }
}

/** What the engine says of import() in code that was made at run time. */
const IMPORT_FROM_NOWHERE = 'no function filename for import()'
const SHELL =
  /^\s*(?:\$ |#!|(?:cd|ls|cat|pwd|head|tail|wc|tree|which|grep|rg|git|npm|npx|pnpm|yarn|python3?|pip|node|sed|awk|mkdir|rm|cp|mv|echo|curl|find|make|cargo|go|docker|bash|sh|sudo|chmod|touch|export)(?:[ \n]|$))/
const SHELL_FENCES = ['bash', 'sh', 'shell', 'zsh', 'console']
const PATCH = /^\s*\*\*\* Begin Patch/

export function explainPrepared(
  prepared: PreparedSource & { ok: false },
  { source, entries }: Pick<FailureSetting, 'source' | 'entries'>,
): ScriptFailure {
  const { kind, message, line, column } = prepared
  const position = line === undefined ? undefined : { line, column: column ?? 1 }
  const hint = syntaxHint(source, entries, line)
  const text = kind === 'syntax' ? `SyntaxError: ${message}${hint}` : message
  return failure(kind, text, source, position)
}

function isJson(source: string): boolean {
  try {
    return typeof JSON.parse(source) === 'object'
  } catch {
    return false
  }
}

function isShell(source: string): boolean {
  return SHELL.test(source) || SHELL_FENCES.includes(fenceLanguage(source))
}

/** What a line may hold that the engine does not know. */
const ABSENT_SYNTAX: ReadonlyArray<readonly [form: RegExp, instead: string]> = [
  [/^\s*(?:await\s+)?using\s+[\w$]+\s*=/, 'A script has no using; use try and finally'],
  [/^\s*@[\w$]/, 'A script has no decorators; call the function yourself'],
  [/\baccessor\s+[\w$]+/, 'A script has no accessor fields; write a getter and a setter'],
  [/<(\w+)[^<>]*>.{0,1000}<\/\1>/, 'A script has no JSX; build text as a string'],
]

function syntaxHint(source: string, entries: readonly ScriptToolEntry[], line?: number): string {
  const callOf = (path: string) =>
    entries.some((entry) => entry.path === path) ? `, such as tools.${path}` : ''
  if (isShell(source)) {
    return `. This looks like a shell command; a script is TypeScript. Call a tool that runs commands${callOf('exec')}.`
  }
  if (PATCH.test(source)) {
    return `. This looks like a patch; a script is TypeScript. Pass the patch to a tool as a string${callOf('applyPatch')}.`
  }
  if (isJson(source)) return '. This is JSON; a script is TypeScript. Send the source itself.'
  const text = line === undefined ? '' : (source.split('\n', line)[line - 1] ?? '').slice(0, 2_000)
  const absent = ABSENT_SYNTAX.find(([form]) => form.test(text))
  return absent === undefined ? '' : `. ${absent[1]}.`
}

export function explainThrown(
  outcome: GuestOutcome & { ok: false },
  setting: FailureSetting,
  unawaited: readonly string[],
): ScriptFailure {
  const { source, body, sourceMap } = setting
  const found = positionInStack(outcome.stack, outcome.makers?.split('\n'))
  const inBody = found && inUnits(found, body)
  const position = inBody && originalPosition(inBody, sourceMap)
  const said = outcome.name === '' ? outcome.message : `${outcome.name}: ${outcome.message}`
  const fail = (kind: ScriptErrorKind, message: string) => failure(kind, message, source, position)

  switch (outcome.kind) {
    case 'tool':
      return fail(
        'tool',
        `tools.${outcome.path} failed: ${outcome.name === 'Error' ? outcome.message : said}`,
      )
    case 'detached':
      return fail(
        'detached',
        `The task tools.spawn.${outcome.path} failed: ${outcome.name === 'Error' ? outcome.message : said}`,
      )
    case 'unknown-tool':
      if (inBody === undefined || isAskedAt(outcome.path, body, inBody))
        return fail('unknown-tool', unknownTool(askedPath(outcome), setting))
      return fail('runtime', said)
    case 'syntax':
      return fail('syntax', said + syntaxHint(source, setting.entries, position?.line))
    case 'runtime': {
      const asked = inBody && notThere(outcome, toolWrittenBefore(body, inBody), setting.entries)
      if (asked !== undefined) return fail('unknown-tool', unknownTool(asked, setting))
      return explainRuntime(outcome, said, fail, setting, unawaited)
    }
    default:
      return fail(outcome.kind as ScriptErrorKind, outcome.message)
  }
}

function explainRuntime(
  { name, message }: GuestOutcome & { ok: false },
  said: string,
  fail: (kind: ScriptErrorKind, message: string) => ScriptFailure,
  { entries, source }: FailureSetting,
  unawaited: readonly string[],
): ScriptFailure {
  if (message.startsWith(FORBIDDEN_IMPORT) || message === IMPORT_FROM_NOWHERE)
    return fail('forbidden', `${message}. ${insteadOf('require', entries)}`)
  if (name === 'InternalError' && message === 'stack overflow') {
    return fail('stack', 'The script called itself too deeply: stack overflow. Use a loop, or less depth.')
  }
  if (name === 'InternalError' && message === 'out of memory')
    return fail('memory', 'The script ran out of memory.')

  const absent = name === 'ReferenceError' ? /^'([\w$]+)' is not defined$/.exec(message)?.[1] : undefined
  const instead = absent === undefined ? undefined : insteadOf(absent, entries)
  if (instead !== undefined)
    return fail(absent === 'require' ? 'forbidden' : 'runtime', `${said}. ${instead}`)

  if (absent !== undefined && isShell(source)) return fail('runtime', `${said}${syntaxHint(source, entries)}`)

  const [first] = unawaited
  if (name === 'TypeError' && first !== undefined) {
    return fail(
      'runtime',
      `${said}. tools.${first} was called without await: what it gave is a Promise, not its value`,
    )
  }
  return fail('runtime', said)
}

/** Of `tools.files.read()`, where there is no `files`, the guest knows the first name only; the engine says the next. */
function askedPath({ path, message }: GuestOutcome & { ok: false }): string {
  const next = /^cannot read property '([\w$]+)' of undefined$/.exec(message)?.[1]
  return next === undefined ? path : `${path}.${next}`
}

/** `tools.exec.run(…)`: what stands behind the name of a tool is no tool. */
function notThere(
  { name, message }: GuestOutcome & { ok: false },
  written: string | undefined,
  entries: readonly ScriptToolEntry[],
): string | undefined {
  if (name !== 'TypeError' || message !== 'not a function' || written === undefined) return undefined
  const isThere = entries.some(({ path, aliases = [] }) => path === written || aliases.includes(written))
  return isThere ? undefined : written
}

const bytes = (count: number) => (count % 1024 === 0 ? `${count / 1024} KiB` : `${count} bytes`)

export function explainStop(
  stop: Exclude<StopReason, 'exit' | 'stopped'>,
  { source, limits }: FailureSetting,
): ScriptFailure {
  const fail = (message: string, position?: Position) => failure(stop, message, source, position)
  switch (stop) {
    case 'timeout':
      return fail(
        `The script was stopped after ${limits.wallMs} ms, its time limit. Do less in one script, or more at once with Promise.all.`,
      )
    case 'cpu':
      return fail(`The script computed for ${limits.cpuMs} ms, its limit. Let a tool do the heavy work.`)
    case 'instructions':
      return fail(
        `The script used up its ${limits.ticksMax} ticks of computing. Let a tool do the heavy work.`,
      )
    case 'memory':
      return fail(
        `The script needed more than ${bytes(limits.memoryBytesMax)} of memory. Keep big data in files and read parts of it.`,
      )
    case 'stack':
      return fail('The script called itself too deeply: stack overflow. Use a loop, or less depth.')
    case 'limit-calls':
      return fail(`The script made more than ${limits.callsMax} tool calls, its limit.`)
    case 'limit-tasks':
      return fail(
        `The script started more than ${limits.tasksMax} tasks with tools.spawn, its limit. Await calls instead.`,
      )
    case 'limit-output':
      return fail(
        `The script gave more output than ${bytes(limits.resultBytesMax)}. Give less: a summary, or a file's name.`,
      )
    case 'deadlock':
      return fail(
        'The script waits for something that cannot happen any more: no tool call and no timer is under way.',
        onlyAwait(source),
      )
    case 'aborted':
      return fail('The script was aborted.')
    case 'killed':
      return fail("The script's worker died, and the script with it.")
  }
}

/** A script that waits for what a lost failure keeps from happening. */
export function explainUnhandled(
  { path, message = 'no reason given' }: { readonly path: string; readonly message?: string | undefined },
  { source }: FailureSetting,
): ScriptFailure {
  return failure(
    'unhandled',
    `tools.${path} failed, and nothing in the script handled that: ${message}. The script then waited for something that cannot happen any more. Await the call, or catch its failure.`,
    source,
    onlyAwait(source),
  )
}

/** Where it waits can be told when it can wait in one place only: no call is under way, so it is no place that awaits one. */
function onlyAwait(source: string): Position | undefined {
  const found = [...source.matchAll(/\bawait\b(?!\s*tools\s*\.)/g)].filter(
    ({ index }) => !source.slice(source.lastIndexOf('\n', index) + 1, index).includes('//'),
  )
  const [only] = found
  if (only === undefined || found.length > 1) return undefined
  const before = source.slice(0, only.index).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
