/** exec: one command to its end, for scripts. */

import { z } from 'zod'
import { type CommandResult, commandLine, outputSpool } from '../../platform/index.ts'
import { defineTool } from '../../tools/tool.ts'
import { callEnvironment, commandEnded, commandFailed, commandStarted, liveOutput } from './command-item.ts'

const OUTPUT_BYTES_DEFAULT = 1024 * 1024
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024
const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024

const input = z.object({
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

  item: {
    started: ({ command }) => commandStarted(commandLine(command)),
    ended(call, outcome) {
      const command = commandLine(call.command)
      if (!outcome.ok) return commandFailed(command, outcome.message)
      const { stdout, stderr, exitCode } = outcome.output
      return commandEnded(command, results.get(call) ?? { aggregated: stdout + stderr, exitCode })
    },
  },

  async run(call, { workspace, documents, progress, ids, signal }) {
    const { command, cwd, env, stdin, timeoutMs, maxOutputBytes } = call
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
