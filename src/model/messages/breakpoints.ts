/** Where the provider is asked to keep what it has read. */

import type { PlacedBlock, Turn } from './conversation.ts'
import type { Block, CacheControl, WireMessage } from './wire.ts'

export const BREAKPOINT: CacheControl = { type: 'ephemeral' }

/** Of the four that a request may have, tools and system text take one each. */
const TAIL_BREAKPOINTS = 2

/**
 * The messages, with breakpoints at their moving end.
 *
 * One stands behind the last block that the next request will have too: there the provider writes. The other stands
 * where the request before had its own: there it reads, however much has come since. Both end messages of the user's,
 * whose blocks can all bear one; thinking cannot.
 */
export function withBreakpoints(turns: readonly Turn[]): WireMessage[] {
  const marked = new Set<PlacedBlock>()
  for (const { role, blocks } of turns.toReversed()) {
    if (marked.size === TAIL_BREAKPOINTS) break
    const last = role === 'user' ? blocks.findLast(({ isPassing }) => !isPassing) : undefined
    if (last !== undefined) marked.add(last)
  }
  return turns.map(({ role, blocks }) => ({
    role,
    content: blocks.map((placed): Block => {
      return marked.has(placed) ? { ...placed.block, cache_control: BREAKPOINT } : placed.block
    }),
  }))
}

/** The list with a breakpoint on its last element. */
export function endingInBreakpoint<Element extends object>(
  list: readonly Element[],
): (Element & { readonly cache_control?: CacheControl })[] {
  return list.map((element, index) =>
    index === list.length - 1 ? { ...element, cache_control: BREAKPOINT } : element,
  )
}
