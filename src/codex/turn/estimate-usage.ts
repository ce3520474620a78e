/** What a response has cost that did not come to its end. */

import { estimateTokensOf } from '../../history/tokens.ts'
import type { ModelRequest } from '../../model/model-client.ts'
import type { Usage } from '../../protocol/usage.ts'
import { approximateTokens } from '../../std/truncate.ts'
import { NO_USAGE } from './usage.ts'

/**
 * An estimate: what the provider has said by then, else a quarter of the bytes that went either way.
 *
 * @param heard All text of the response, as far as it came: words, reasoning and arguments.
 * @param told What the provider has said; of the output it may be less than what was heard.
 */
export function estimateUsage(request: ModelRequest, heard: string, told: Usage | null): Usage {
  const input = { ...NO_USAGE, input_tokens: told === null ? tokensSent(request) : 0 }
  const known = told ?? input
  return { ...known, output_tokens: Math.max(known.output_tokens, approximateTokens(heard)) }
}

function tokensSent({ instructions, tools, input }: ModelRequest): number {
  return approximateTokens(instructions) + approximateTokens(JSON.stringify(tools)) + estimateTokensOf(input)
}
