/** What unified exec answers: a look at a command, as data and as the model reads it. */

import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { omissionLine, type ProcessSnapshot } from '../../platform/index.ts'
import {
  formattedTruncation,
  type TruncationPolicy,
  tokensOfBytes,
  truncateMiddle,
} from '../../std/truncate.ts'

/** What a look may show of a model of which nothing else is known; a call can ask for less. */
const DEFAULT_POLICY: TruncationPolicy = { mode: 'tokens', limit: 10_000 }
const BYTES_PER_TOKEN = 4

/** Field names are upstream's. */
export const ExecOutput = z.object({
  chunk_id: z.string().optional().describe('Absent when the command was a patch'),
  wall_time_seconds: z.number(),
  exit_code: z.number().int().optional().describe('Once the command has ended'),
  session_id: z.number().int().optional().describe('For write_stdin, while the command runs'),
  original_token_count: z.number().int().optional(),
  output: z.string(),
})
export type ExecOutput = z.infer<typeof ExecOutput>

/**
 * A snapshot as data, its text cut to what the call asked for or the model takes, whichever is less.
 *
 * @param maxOutputTokens What the call asked for.
 */
export function execOutput(
  snapshot: ProcessSnapshot,
  maxOutputTokens?: number,
  modelPolicy: TruncationPolicy = DEFAULT_POLICY,
): ExecOutput {
  const { exitCode, sessionId, wallTimeMs, outputBytes } = snapshot
  return {
    chunk_id: randomBytes(3).toString('hex'),
    wall_time_seconds: wallTimeMs / 1000,
    ...(exitCode !== null && { exit_code: exitCode }),
    ...(sessionId !== null && { session_id: sessionId }),
    original_token_count: tokensOfBytes(outputBytes),
    output: cutOutput(snapshot, lesserOf(modelPolicy, maxOutputTokens)),
  }
}

function lesserOf(policy: TruncationPolicy, maxTokens: number | undefined): TruncationPolicy {
  if (maxTokens === undefined) return policy
  const bytes = policy.mode === 'tokens' ? policy.limit * BYTES_PER_TOKEN : policy.limit
  return maxTokens * BYTES_PER_TOKEN < bytes ? { mode: 'tokens', limit: maxTokens } : policy
}

/** The lines are upstream's, to the letter. */
export function renderExecOutput(output: ExecOutput): string {
  const { chunk_id, exit_code, session_id, original_token_count } = output
  return [
    ...(chunk_id === undefined ? [] : [`Chunk ID: ${chunk_id}`]),
    `Wall time: ${output.wall_time_seconds.toFixed(4)} seconds`,
    ...(exit_code === undefined ? [] : [`Process exited with code ${exit_code}`]),
    ...(session_id === undefined ? [] : [`Process running with session ID ${session_id}`]),
    ...(original_token_count === undefined ? [] : [`Original token count: ${original_token_count}`]),
    'Output:',
    output.output,
  ].join('\n')
}

function cutOutput({ output, outputBytes, omittedBytes }: ProcessSnapshot, policy: TruncationPolicy): string {
  // What was no UTF-8 has grown on its way to text, and it is the text that is cut.
  if (omittedBytes === 0) return formattedTruncation(output, policy)
  // Lines that never came here cannot be counted, so what was dropped stands in their place.
  const head = `Warning: truncated output (original token count: ${tokensOfBytes(outputBytes)})\n${omissionLine(omittedBytes)}\n\n`
  return head + truncateMiddle(output, policy)
}
