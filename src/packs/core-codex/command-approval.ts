/** Decides whether a command may run, has to be asked about, or may not run: Codex's rules. */

import { z } from 'zod'
import { commandsOf, type ParsedCommand, quoteCommand } from '../../platform/index.ts'
import type { ApprovalPolicy } from '../../protocol/modes.ts'
import type { Assessment, AssessmentContext } from '../../tools/assessment.ts'
import { isDangerous, isKnownSafe, proposedRule } from '../../tools/command-risk.ts'
import { judgeCommands } from '../../tools/command-rules.ts'

/** What a command is, and how its model would like to run it. */
export interface CommandToAssess {
  readonly command: string | readonly string[]
  /** Absolute. */
  readonly cwd: string
  /** Whatever else decides what it does: input, terminal, shell, login. */
  readonly setting: Readonly<Record<string, unknown>>
  /** Variables that the model sets: any of them may decide which program runs, or what it reads first. */
  readonly env: Readonly<Record<string, string>>
  /** Whether it is to run outside the sandbox. */
  readonly isEscalated: boolean
  readonly justification: string | undefined
  readonly prefixRule: readonly string[] | undefined
}

/** Inputs of every tool that runs commands, under Codex's names. */
export const sandboxPermissions = z
  .enum(['use_default', 'require_escalated'])
  .default('use_default')
  .describe('require_escalated: run it outside the sandbox, if the user allows it; say why')
export const justification = z
  .string()
  .optional()
  .describe('With require_escalated: a question to the user, in one sentence')
export const prefixRule = z
  .array(z.string())
  .optional()
  .describe('First words of commands that the user may allow from now on, such as ["npm", "test"]')

/** Without quotes, escapes or expansions, so that every word is what it looks like. */
const PLAIN_LINE = /^[\w ./:=,+@-]*$/
/** With fewer words, wrappers cannot stand too deep in each other to be looked through. */
const PLAIN_WORDS_MAX = 8

export async function assessCommand(call: CommandToAssess, context: AssessmentContext): Promise<Assessment> {
  const { policy, rules } = context
  const hasRules = Object.keys(rules).length > 0
  if (!hasRules && policy !== 'untrusted' && !call.isEscalated && isPlainlyHarmless(call.command)) {
    return { verdict: 'allow' }
  }
  const known: KnownCommand = {
    ...call,
    parsed: await commandsOf(call.command),
    spelled: typeof call.command === 'string' ? call.command : quoteCommand(call.command),
    isConfined: context.workspace.sandboxMode !== 'danger-full-access',
    setsVariables: Object.keys(call.env).length > 0,
  }
  return assessByRules(known, context) ?? assessByRisk(known, policy)
}

/** A command that has been read. */
interface KnownCommand extends CommandToAssess {
  readonly parsed: ParsedCommand
  readonly spelled: string
  readonly isConfined: boolean
  readonly setsVariables: boolean
}

/** What the host's rules say; null where none speaks. */
function assessByRules(command: KnownCommand, { policy, rules }: AssessmentContext): Assessment | null {
  const { parsed, spelled, isConfined, setsVariables } = command
  const { decision, justification: why } = judgeCommands(parsed, rules)
  const because = why === undefined ? '' : `: ${why}`
  switch (decision) {
    case 'forbidden':
      return refuse(spelled, `a rule of the host forbids it${because}`)
    case 'prompt':
      return policy === 'never'
        ? refuse(spelled, `a rule of the host asks about it${because}, and approvalPolicy is never`)
        : ask(command, `A rule asks about this command${because}.`)
    case 'allow':
      // An allowed command is trusted to leave the sandbox, too.
      return setsVariables ? null : { verdict: 'allow', unconfined: isConfined }
    case null:
      return null
  }
}

function assessByRisk(command: KnownCommand, policy: ApprovalPolicy): Assessment {
  const { parsed, spelled, isEscalated, isConfined, setsVariables } = command
  const mayAsk = policy !== 'never'
  if (isEscalated && !mayAsk) return { verdict: 'forbid', message: ESCALATION_UNDER_NEVER }
  if (isDangerous(parsed)) {
    return mayAsk
      ? ask(command, 'This command removes files by force.')
      : refuse(spelled, 'rm with -f is not permitted without approval. Remove named files without force')
  }
  if (isEscalated && isConfined)
    return ask(command, 'The model asks to run this command outside the sandbox.')
  const isWatched = policy === 'untrusted' && (setsVariables || !isKnownSafe(parsed))
  if (!isWatched) return { verdict: 'allow' }
  return ask(command, 'Under the policy untrusted, commands are asked about that do more than read.')
}

function ask(command: KnownCommand, reason: string): Assessment {
  const { parsed, isEscalated, isConfined, setsVariables, justification: words, prefixRule: prefix } = command
  return {
    verdict: 'ask',
    reason,
    unconfined: isEscalated && isConfined,
    sessionKeys: [
      JSON.stringify(['command', command.command, command.cwd, command.setting, command.env, isEscalated]),
    ],
    ...(words !== undefined && { justification: words }),
    ...(setsVariables ? {} : offeredRule(parsed, prefix)),
  }
}

/** The wording is upstream's. */
const ESCALATION_UNDER_NEVER =
  'approval policy is Never; reject command — you cannot ask for escalated permissions if the approval policy is Never'

function refuse(spelled: string, reason: string): Assessment {
  return { verdict: 'forbid', message: `\`${spelled}\` rejected: ${reason}.` }
}

function offeredRule(
  parsed: ParsedCommand,
  words: readonly string[] | undefined,
): { readonly prefixRule?: readonly string[] } {
  if (words === undefined || proposedRule(parsed, words) === null) return {}
  return { prefixRule: words }
}

/** Whether even without reading the command as a shell would, no danger can be in it: most need no grammar. */
function isPlainlyHarmless(command: string | readonly string[]): boolean {
  const line = typeof command === 'string' ? command : command.join(' ')
  return PLAIN_LINE.test(line) && !/\brm\b/i.test(line) && line.split(' ').length <= PLAIN_WORDS_MAX
}
