/** Reads what a hook's program has said, by Codex's rules. */

import type { CommandResult } from '../../platform/command.ts'
import { isRecord } from '../options/option-checks.ts'
import type { HookEvent } from './hook-commands.ts'

/** What came of one program. */
export interface HookOutcome {
  /** `blocked` and `stopped` have a reason; `failed` blocks nothing. */
  readonly status: 'completed' | 'blocked' | 'stopped' | 'failed'
  /** For whoever is blocked; of a failure, what went wrong. */
  readonly reason?: string
  /** For the model. */
  readonly context?: string
  /** What a call is to be made with instead; `PreToolUse` alone. */
  readonly updatedInput?: unknown
  /** For the person. */
  readonly warning?: string
}

const BLOCKS = 2

export function readHookOutput(event: HookEvent, result: CommandResult): HookOutcome {
  const { exitCode, signal, stdout, stderr } = result
  if (signal !== null) return failed(`was ended by ${signal}`)
  if (exitCode === BLOCKS && event !== 'SessionStart') {
    const reason = stderr.trim()
    return reason === '' ? failed('exited with code 2 and wrote no reason to stderr') : blocked(reason)
  }
  if (exitCode !== 0) return failed(`exited with code ${exitCode}`)
  const said = stdout.trim()
  if (said === '') return { status: 'completed' }
  const output = parsed(said)
  if (output !== null) return readJson(event, output)
  if (/^[[{]/.test(said) || event === 'Stop')
    return failed(`gave invalid ${event} output: it is no JSON object`)
  return event === 'PreToolUse' || event === 'PostToolUse'
    ? { status: 'completed' }
    : { status: 'completed', context: said }
}

type Output = Readonly<Record<string, unknown>>

function readJson(event: HookEvent, output: Output): HookOutcome {
  const problem = typeProblem(output)
  if (problem !== null) return failed(`gave invalid ${event} output: ${problem}`)
  const warning = textOf(output.systemMessage)
  const outcome = event === 'PreToolUse' ? readVerdict(output) : readDecision(event, output)
  const { additionalContext } = specific(output)
  const context = outcome.status === 'failed' ? undefined : textOf(additionalContext)
  return {
    ...outcome,
    ...(context === undefined ? {} : { context }),
    ...(warning === undefined ? {} : { warning }),
  }
}

/** Of a call that is about to be made. */
function readVerdict(output: Output): HookOutcome {
  for (const [name, isThere] of [
    ['continue: false', output.continue === false],
    ['stopReason', output.stopReason != null],
    ['suppressOutput', output.suppressOutput === true],
  ] as const) {
    if (isThere) return failed(`gave ${name}, which PreToolUse does not have`)
  }
  const { permissionDecision, permissionDecisionReason, updatedInput } = specific(output)
  const isNew = [permissionDecision, permissionDecisionReason, updatedInput].some((value) => value != null)
  if (!isNew) return readDecision('PreToolUse', output)
  if (permissionDecision === 'deny') {
    const reason = textOf(permissionDecisionReason)
    return reason === undefined ? failed('gave permissionDecision deny without a reason') : blocked(reason)
  }
  if (permissionDecision !== 'allow') {
    return failed(
      `gave permissionDecision ${JSON.stringify(permissionDecision ?? null)}; deny and allow are known`,
    )
  }
  return updatedInput == null
    ? failed('gave permissionDecision allow without updatedInput')
    : { status: 'completed', updatedInput }
}

function readDecision(event: HookEvent, output: Output): HookOutcome {
  const reason = textOf(output.reason)
  if (event === 'PostToolUse' && output.suppressOutput === true) {
    return failed('gave suppressOutput, which PostToolUse does not have')
  }
  if (output.continue === false) {
    const why = textOf(output.stopReason) ?? `a ${event} hook stopped it`
    return { status: 'stopped', reason: event === 'PostToolUse' ? (reason ?? why) : why }
  }
  if (event === 'SessionStart') return { status: 'completed' }
  if (output.decision === 'block') {
    return reason === undefined ? failed('gave decision block without a reason') : blocked(reason)
  }
  if (output.decision != null) {
    return failed(`gave decision ${JSON.stringify(output.decision)}; only block is known`)
  }
  const needsDecision = event === 'PreToolUse' || event === 'PostToolUse'
  return needsDecision && output.reason != null
    ? failed('gave a reason without a decision')
    : { status: 'completed' }
}

const TYPES: Readonly<Record<string, string>> = {
  continue: 'boolean',
  suppressOutput: 'boolean',
  stopReason: 'string',
  systemMessage: 'string',
  reason: 'string',
  hookSpecificOutput: 'object',
}

function typeProblem(output: Output): string | null {
  for (const [name, type] of Object.entries(TYPES)) {
    const value = output[name]
    if (value != null && typeof value !== type) return `${name} is no ${type}`
  }
  return null
}

function specific(output: Output): Output {
  return isRecord(output.hookSpecificOutput) ? output.hookSpecificOutput : {}
}

function parsed(text: string): Output | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

/** Undefined where there is none, or an empty one. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

const blocked = (reason: string): HookOutcome => ({ status: 'blocked', reason })
const failed = (reason: string): HookOutcome => ({ status: 'failed', reason })
