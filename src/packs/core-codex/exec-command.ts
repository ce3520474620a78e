/** exec_command: a command that may outlive its call. */

import { z } from 'zod'
import {
  CommandNotStartedError,
  type CommandResult,
  commandLine,
  isSandboxDenial,
  TerminalUnavailableError,
} from '../../platform/index.ts'
import { defineTool } from '../../tools/tool.ts'
import { assessCommand, justification, prefixRule, sandboxPermissions } from './command-approval.ts'
import { callEnvironment, commandEnded, commandFailed, commandStarted, liveOutput } from './command-item.ts'
import { ExecFailedError } from './exec-errors.ts'
import { ExecOutput, execOutput, renderExecOutput } from './exec-output.ts'
import {
  assessIntercepted,
  interceptedOutput,
  isIntercepted,
  mayBePatch,
  runIntercepted,
} from './intercepted-patch.ts'
import { patchItem } from './run-patch.ts'

// Defaults and bounds are upstream's.
const YIELD_MS_DEFAULT = 10_000
const YIELD_MS_MAX = 30_000
/** Windows takes seconds to start a shell. */
const YIELD_MS_MIN = process.platform === 'win32' ? 10_000 : 250

const input = z.object({
  cmd: z.string().describe('A line for the shell'),
  workdir: z
    .string()
    .optional()
    .describe('Where to run it, relative to the workspace root, which is the default'),
  shell: z.string().optional().describe("The shell to use, by name or path; the user's own by default"),
  login: z.boolean().default(true).describe("Whether the shell reads the user's profile first"),
  tty: z
    .boolean()
    .default(false)
    .describe(
      'Whether the command gets a terminal, into which write_stdin types; without one it has no input',
    ),
  yield_time_ms: z
    .number()
    .int()
    .min(0)
    .default(YIELD_MS_DEFAULT)
    .describe(`How long to wait for its end before answering; cut to ${YIELD_MS_MIN} to ${YIELD_MS_MAX}`),
  max_output_tokens: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('Output to show; at most 10000, the default'),
  sandbox_permissions: sandboxPermissions,
  justification,
  prefix_rule: prefixRule,
})
type ExecCommandInput = z.output<typeof input>

/** What became of each call, for its item. The very input that a call runs with also comes to its item. */
const results = new WeakMap<ExecCommandInput, CommandResult>()
/** Calls that were answered while their command ran: their items are still to be completed. */
const open = new WeakSet<ExecCommandInput>()

export const execCommand = defineTool({
  name: 'exec_command',
  description:
    'Run a shell command. Answers when it ends, or with a session_id when it still runs after yield_time_ms: it then ' +
    'goes on by itself, and write_stdin shows what it prints and how it ends.',
  input,
  output: ExecOutput,
  effects: ['reads-files', 'writes-files', 'runs-commands', 'network'],
  parallel: true,
  render: renderExecOutput,
  async assess(call, context) {
    const cwd = context.workspace.resolve(call.workdir ?? '')
    const asPatch = await assessIntercepted(call, call.cmd, cwd, context)
    return (
      asPatch ??
      (await assessCommand(
        {
          command: call.cmd,
          cwd,
          setting: { shell: call.shell, login: call.login, tty: call.tty },
          env: {},
          isEscalated: call.sandbox_permissions === 'require_escalated',
          justification: call.justification,
          prefixRule: call.prefix_rule,
        },
        context,
      ))
    )
  },
  isSandboxDenial: ({ exit_code: exitCode, output }) =>
    exitCode !== undefined && isSandboxDenial({ exitCode, stdout: output, stderr: '', aggregated: '' }),

  item: {
    started: (call) => (mayBePatch(call.cmd) ? null : commandStarted(spelling(call))),
    ended(call, outcome) {
      if (isIntercepted(call)) return patchItem(call, outcome.ok)
      if (!outcome.ok) return commandFailed(spelling(call), outcome.message)
      const result = results.get(call)
      if (result !== undefined) return commandEnded(spelling(call), result)
      open.add(call)
      return null
    },
  },

  async run(call, context) {
    const { workspace, progress, ids, signal, model } = context
    const { cmd, workdir, shell, login, tty } = call
    const applied = await runIntercepted(call, context)
    if (applied !== undefined) {
      return { wall_time_seconds: applied.wallTimeSeconds, output: interceptedOutput(applied) }
    }
    if (mayBePatch(cmd)) progress({ type: 'item', item: commandStarted(spelling(call)) })
    const show = liveOutput(progress)
    try {
      const snapshot = await workspace.processes.start(
        {
          command: cmd,
          login,
          tty,
          env: callEnvironment(ids),
          onOutput: (_stream, text) => show(text),
          ...(shell !== undefined && { shell }),
          ...(workdir !== undefined && { cwd: workdir }),
        },
        {
          yieldMs: Math.min(Math.max(call.yield_time_ms, YIELD_MS_MIN), YIELD_MS_MAX),
          signal,
          onEnded(result) {
            results.set(call, result)
            if (open.has(call)) progress({ type: 'item', item: commandEnded(spelling(call), result) })
          },
        },
      )
      return execOutput(snapshot, call.max_output_tokens, model?.truncation)
    } catch (error) {
      const isOurs = error instanceof CommandNotStartedError || error instanceof TerminalUnavailableError
      throw isOurs ? new ExecFailedError('exec_command', error) : error
    }
  },
})

function spelling({ cmd, login, shell }: ExecCommandInput): string {
  return commandLine(cmd, { login, ...(shell !== undefined && { shell }) })
}
