/** Decides whether a command may run, has to be asked about, or may not run: Codex's rules. */

import { z } from 'zod'
import { commandsOf, type ParsedCommand, quoteCommand } from '../../platform/index.ts'
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

export async function assessCommand(
  call: CommandToAssess,
  { workspace, policy, rules }: AssessmentContext,
): Promise<Assessment> {
  const { isEscalated } = call
  const isConfined = workspace.sandboxMode !== 'danger-full-access'
  const hasRules = Object.keys(rules).length > 0
  const setsVariables = Object.keys(call.env).length > 0
  if (!hasRules && policy !== 'untrusted' && !isEscalated && isPlainlyHarmless(call.command)) {
    return { verdict: 'allow' }
  }

  const parsed = await commandsOf(call.command)
  const spelled = typeof call.command === 'string' ? call.command : quoteCommand(call.command)
  const ask = (reason: string): Assessment => ({
    verdict: 'ask',
    reason,
    unconfined: isEscalated && isConfined,
    sessionKeys: [JSON.stringify(['command', call.command, call.cwd, call.setting, call.env, isEscalated])],
    ...(call.justification !== undefined && { justification: call.justification }),
    ...(setsVariables ? {} : offeredRule(parsed, call.prefixRule)),
  })

  const { decision, justification: why } = judgeCommands(parsed, rules)
  const because = why === undefined ? '' : `: ${why}`
  if (decision === 'forbidden') return refuse(spelled, `a rule of the host forbids it${because}`)
  // An allowed command is trusted to leave the sandbox, too.
  if (decision === 'allow' && !setsVariables) return { verdict: 'allow', unconfined: isConfined }
  if (decision === 'prompt') {
    return policy === 'never'
      ? refuse(spelled, `a rule of the host asks about it${because}, and approvalPolicy is never`)
      : ask(`A rule asks about this command${because}.`)
  }

  if (isEscalated && policy === 'never') return { verdict: 'forbid', message: ESCALATION_UNDER_NEVER }
  if (isDangerous(parsed)) {
    return policy === 'never'
      ? refuse(spelled, 'rm with -f is not permitted without approval. Remove named files without force')
      : ask('This command removes files by force.')
  }
  if (policy === 'never') return { verdict: 'allow' }
  if (isEscalated && isConfined) return ask('The model asks to run this command outside the sandbox.')
  if (policy === 'untrusted' && (setsVariables || !isKnownSafe(parsed))) {
    return ask('Under the policy untrusted, commands are asked about that do more than read.')
  }
  return { verdict: 'allow' }
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
