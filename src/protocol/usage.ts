/** Tokens that a request, a turn or a thread cost. */

import { z } from 'zod'

/**
 * Tokens, as `@openai/codex-sdk` spells them.
 *
 * `input_tokens` is everything that was read: fresh, from the cache, and written to the cache.
 * `output_tokens` holds the reasoning too.
 */
export const Usage = z.object({
  input_tokens: z.number().int().min(0),
  cached_input_tokens: z.number().int().min(0),
  cache_write_input_tokens: z.number().int().min(0),
  output_tokens: z.number().int().min(0),
  reasoning_output_tokens: z.number().int().min(0),
})
export type Usage = z.infer<typeof Usage>
