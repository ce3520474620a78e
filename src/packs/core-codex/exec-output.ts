/** What unified exec answers: a look at a command, as data and as the model reads it. */

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { omissionLine, type ProcessSnapshot } from '../../platform/index.ts'
import { formattedTruncation, tokensOfBytes, truncateMiddle } from '../../std/truncate.ts'

/** As many tokens as a look may show; a call can ask for fewer. */
const OUTPUT_TOKENS_MAX = 10_000

/** Field names are upstream's. */
export const ExecOutput = z.object({
  chunk_id: z.string(),
  wall_time_seconds: z.number(),
  exit_code: z.number().int().optional().describe('Once the command has ended'),
  session_id: z.number().int().optional().describe('For write_stdin, while the command runs'),
  original_token_count: z.number().int(),
  output: z.string(),
})
export type ExecOutput = z.infer<typeof ExecOutput>

/** A snapshot as data, its text cut to what the call asked for. */
export function execOutput(snapshot: ProcessSnapshot, maxOutputTokens = OUTPUT_TOKENS_MAX): ExecOutput {
  const { exitCode, sessionId, wallTimeMs, outputBytes } = snapshot
  return {
    chunk_id: randomBytes(3).toString('hex'),
    wall_time_seconds: wallTimeMs / 1000,
    ...(exitCode !== null && { exit_code: exitCode }),
    ...(sessionId !== null && { session_id: sessionId }),
    original_token_count: tokensOfBytes(outputBytes),
    output: cutOutput(snapshot, Math.min(maxOutputTokens, OUTPUT_TOKENS_MAX)),
  }
}

/** The lines are upstream's, to the letter. */
export function renderExecOutput(output: ExecOutput): string {
  const { exit_code, session_id } = output
  return [
    `Chunk ID: ${output.chunk_id}`,
    `Wall time: ${output.wall_time_seconds.toFixed(4)} seconds`,
    ...(exit_code === undefined ? [] : [`Process exited with code ${exit_code}`]),
    ...(session_id === undefined ? [] : [`Process running with session ID ${session_id}`]),
    `Original token count: ${output.original_token_count}`,
    'Output:',
    output.output,
  ].join('\n')
}

function cutOutput({ output, outputBytes, omittedBytes }: ProcessSnapshot, limit: number): string {
  const policy = { mode: 'tokens', limit } as const
  const originalTokens = tokensOfBytes(outputBytes)
  if (omittedBytes === 0) return formattedTruncation(output, policy, { originalTokens })
  // Lines that never came here cannot be counted, so what was dropped stands in their place.
  const head = `Warning: truncated output (original token count: ${originalTokens})\n${omissionLine(omittedBytes)}\n\n`
  return head + truncateMiddle(output, policy)
}
