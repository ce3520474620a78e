/** exec: one command to its end, for scripts. */

import { z } from 'zod'
import { type CommandResult, commandLine, isSandboxDenial, outputSpool } from '../../platform/index.ts'
import { defineTool } from '../../tools/tool.ts'
import { assessCommand, justification, prefixRule, sandboxPermissions } from './command-approval.ts'
import { callEnvironment, commandEnded, commandFailed, commandStarted, liveOutput } from './command-item.ts'
import { assessIntercepted, isIntercepted, mayBePatch, runIntercepted } from './intercepted-patch.ts'
import { type AppliedPatch, patchItem } from './run-patch.ts'

const OUTPUT_BYTES_DEFAULT = 1024 * 1024
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024

const input = z.strictObject({
  command: z
    .union([z.string(), z.array(z.string()).min(1)])
    .describe('A line for the shell, or a program with its arguments, which no shell sees'),
  cwd: z.string().optional().describe('Relative to the workspace root, which is the default'),
  env: z.record(z.string(), z.string()).optional().describe('Variables beside those that every command has'),
  stdin: z.string().optional().describe('Standard input; without it there is none'),
  timeoutMs: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe('The command is ended after this; no limit by default'),
  maxOutputBytes: z
    .number()
    .int()
    .min(0)
    .max(OUTPUT_BYTES_MAX)
    .default(OUTPUT_BYTES_DEFAULT)
    .describe('Bytes kept of stdout and of stderr each: the first and the last half'),
  sandboxPermissions,
  justification,
  prefixRule,
})
type ExecInput = z.output<typeof input>

/** What became of each call, for its item. The very input that a call runs with also comes to its item. */
const results = new WeakMap<ExecInput, CommandResult>()

export const exec = defineTool({
  name: 'exec',
  description:
    'Run one command and wait for its end. A command that fails is no error: look at exitCode ' +
    '(127 not found, 124 timed out, 128 + n ended by signal n). What it leaves running ends with it.',
  input,
  output: z.object({
    exitCode: z.number().int(),
    stdout: z.string(),
    stderr: z.string(),
    durationMs: z.number(),
    timedOut: z.boolean(),
    signal: z.string().nullable().describe('Such as SIGKILL, when one ended it'),
    truncated: z.boolean().describe('Whether the middle of stdout or stderr was left out'),
    fileKey: z
      .string()
      .optional()
      .describe('When truncated: the document with all output, in order of arrival'),
  }),
  positional: ['command'],
  effects: ['reads-files', 'writes-files', 'runs-commands', 'network'],
  parallel: true,
  callable: 'script',
  async assess(call, context) {
    const cwd = context.workspace.resolve(call.cwd ?? '')
    const asPatch = await assessIntercepted(call, call.command, cwd, context)
    return (
      asPatch ??
      (await assessCommand(
        {
          command: call.command,
          cwd,
          setting: { stdin: call.stdin },
          env: call.env ?? {},
          isEscalated: call.sandboxPermissions === 'require_escalated',
          justification: call.justification,
          prefixRule: call.prefixRule,
        },
        context,
      ))
    )
  },
  isSandboxDenial: (output) => isSandboxDenial({ ...output, aggregated: '' }),

  item: {
    started: ({ command }) => (mayBePatch(command) ? null : commandStarted(commandLine(command))),
    ended(call, outcome) {
      if (isIntercepted(call)) return patchItem(call, outcome.ok)
      const command = commandLine(call.command)
      if (!outcome.ok) return commandFailed(command, outcome.message)
      const { stdout, stderr, exitCode } = outcome.output
      return commandEnded(command, results.get(call) ?? { aggregated: stdout + stderr, exitCode })
    },
  },

  async run(call, context) {
    const { workspace, documents, progress, ids, signal } = context
    const { command, cwd, env, stdin, timeoutMs, maxOutputBytes } = call
    const applied = await runIntercepted(call, context)
    if (applied !== undefined) return patchResult(applied)
    if (mayBePatch(command)) progress({ type: 'item', item: commandStarted(commandLine(command)) })
    await using spool = outputSpool({ memoryBytesMax: maxOutputBytes, bytesMax: DOCUMENT_BYTES_MAX })
    const show = liveOutput(progress)

    const result = await workspace.run(
      {
        command,
        env: { ...callEnvironment(ids), ...env },
        outputBytesMax: maxOutputBytes,
        onOutput(_stream, text) {
          show(text)
          return spool.write(text)
        },
        ...(cwd !== undefined && { cwd }),
        ...(stdin !== undefined && { stdin }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      },
      { signal },
    )
    results.set(call, result)

    const { exitCode, stdout, stderr, durationMs, timedOut, signal: endedBy, truncated } = result
    const output = { exitCode, stdout, stderr, durationMs, timedOut, signal: endedBy, truncated }
    if (!truncated) return output
    const content = await spool.read()
    const { fileKey } = await documents.put({ content, name: 'exec-output.txt', mediaType: 'text/plain' })
    return { ...output, fileKey }
  },
})

/** As if a program of that name had run. */
function patchResult({ summary, wallTimeSeconds }: AppliedPatch) {
  return {
    exitCode: 0,
    stdout: summary,
    stderr: '',
    durationMs: wallTimeSeconds * 1000,
    timedOut: false,
    signal: null,
    truncated: false,
  }
}
