/** write_stdin: input for a command that outlived its call, or another look at it. */

import { z } from 'zod'
import { StdinClosedError, UnknownProcessError } from '../../platform/index.ts'
import { defineTool } from '../../tools/tool.ts'
import { ExecFailedError } from './exec-errors.ts'
import { ExecOutput, execOutput, renderExecOutput } from './exec-output.ts'

// Defaults and bounds are upstream's. A look that sends nothing is worth making only if it waits.
const YIELD_MS_DEFAULT = 250
const WRITE_YIELD_MS = { min: 250, max: 30_000 }
const POLL_YIELD_MS = { min: 5_000, max: 300_000 }

export const writeStdin = defineTool({
  name: 'write_stdin',
  description:
    'See what a running command has printed since the last look, or that it has ended. With tty, chars are typed into ' +
    'its terminal; without it, only the single character U+0003 can be sent, which interrupts the command.',
  input: z.object({
    session_id: z.number().int().describe('From exec_command'),
    chars: z.string().default('').describe('What to send; nothing by default'),
    yield_time_ms: z
      .number()
      .int()
      .min(0)
      .default(YIELD_MS_DEFAULT)
      .describe('How long to wait for its end; 5000 to 300000 when nothing is sent, else 250 to 30000'),
    max_output_tokens: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Output to show; at most 10000, the default'),
  }),
  output: ExecOutput,
  effects: ['runs-commands'],
  parallel: true,
  render: renderExecOutput,
  // What it prints and how it ends shows in the item of the call that started it.
  item: { started: () => null, ended: () => null },

  async run({ session_id, chars, yield_time_ms, max_output_tokens }, { workspace, signal, model }) {
    const { min, max } = chars === '' ? POLL_YIELD_MS : WRITE_YIELD_MS
    const yieldMs = Math.min(Math.max(yield_time_ms, min), max)
    try {
      const snapshot = await workspace.processes.write(session_id, chars, { yieldMs, signal })
      return execOutput(snapshot, max_output_tokens, model?.truncation)
    } catch (error) {
      const isOurs = error instanceof UnknownProcessError || error instanceof StdinClosedError
      throw isOurs ? new ExecFailedError('write_stdin', error) : error
    }
  },
})
