/** Cuts long text in the middle, by Codex's rules, so that a tool's output fits a model's window. */

/** How much of a text may stay. A token is taken for four bytes of UTF-8. */
export interface TruncationPolicy {
  readonly mode: 'bytes' | 'tokens'
  readonly limit: number
}

/** A part of a tool's output that is text; other parts have other types. */
export interface TextPart {
  type: 'input_text'
  text: string
}

const BYTES_PER_TOKEN = 4

/** Tokens that so many bytes of UTF-8 are taken for. */
export function tokensOfBytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN)
}

/** Tokens that `text` is taken for: a quarter of its UTF-8 bytes, rounded up. */
export function approximateTokens(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text))
}

/** `policy` with its limit multiplied, rounded up to a whole. */
export function scalePolicy(policy: TruncationPolicy, factor: number): TruncationPolicy {
  return { mode: policy.mode, limit: Math.ceil(policy.limit * factor) }
}

/**
 * Keep the head and the tail of a text that is too long, with a marker between them that says how much is gone.
 *
 * Half of the budget goes to each end; both cuts move inward to a character's edge, never to a line's. A text that fits
 * comes back as it is; with a limit of 0 only the marker is left.
 *
 * @returns `head…N tokens truncated…tail`, or `…N chars truncated…` where the policy counts bytes. The marker comes on
 *   top of the budget.
 */
export function truncateMiddle(text: string, policy: TruncationPolicy): string {
  const budget = byteBudget(policy)
  if (fits(text, budget)) return text

  const bytes = Buffer.from(text)
  const headEnd = startOfCharacterAt(bytes, Math.floor(budget / 2))
  const tailStart = startOfCharacterFrom(bytes, bytes.length - Math.ceil(budget / 2))
  const marker =
    policy.mode === 'tokens'
      ? `…${tokensOfBytes(bytes.length - budget)} tokens truncated…`
      : `…${charactersBetween(bytes, headEnd, tailStart)} chars truncated…`
  return bytes.toString('utf8', 0, headEnd) + marker + bytes.toString('utf8', tailStart)
}

/**
 * `truncateMiddle`, with a head that tells the model what it lost.
 *
 * The head is `Warning: truncated output (original token count: N)`, `Total output lines: L` and an empty line; a text
 * that fits gets none.
 *
 * @param options `originalTokens`: what to report as N, where bytes were dropped before `text` came here.
 */
export function formattedTruncation(
  text: string,
  policy: TruncationPolicy,
  options: { readonly originalTokens?: number } = {},
): string {
  if (fits(text, byteBudget(policy))) return text

  const tokens = options.originalTokens ?? approximateTokens(text)
  return (
    `Warning: truncated output (original token count: ${tokens})\n` +
    `Total output lines: ${lineCount(text)}\n\n` +
    truncateMiddle(text, policy)
  )
}

/**
 * Cut an output of several parts: the parts share one budget, in their order.
 *
 * The first text that does not fit is cut to what remains, texts after it are left out and counted in a closing
 * `[omitted N text items ...]`. Parts that are not text always stay.
 */
export function truncateParts<Part extends { readonly type: string }>(
  parts: readonly Part[],
  policy: TruncationPolicy,
): (Part | TextPart)[] {
  const kept: (Part | TextPart)[] = []
  let remaining = policy.limit
  let omitted = 0

  for (const part of parts) {
    if (!isText(part)) {
      kept.push(part)
      continue
    }
    if (remaining === 0) {
      omitted += 1
      continue
    }
    const bytes = Buffer.byteLength(part.text)
    const cost = policy.mode === 'tokens' ? tokensOfBytes(bytes) : bytes
    const isWhole = cost <= remaining
    kept.push(
      isWhole
        ? part
        : { type: 'input_text', text: truncateMiddle(part.text, { ...policy, limit: remaining }) },
    )
    remaining = isWhole ? remaining - cost : 0
  }

  if (omitted > 0) kept.push({ type: 'input_text', text: `[omitted ${omitted} text items ...]` })
  return kept
}

function isText(part: { readonly type: string }): part is TextPart {
  return part.type === 'input_text' && 'text' in part && typeof part.text === 'string'
}

function byteBudget(policy: TruncationPolicy): number {
  return policy.mode === 'tokens' ? policy.limit * BYTES_PER_TOKEN : policy.limit
}

function fits(text: string, budget: number): boolean {
  // A UTF-16 unit is one to three bytes of UTF-8, so most texts need no counting.
  if (text.length * 3 <= budget) return true
  return text.length <= budget && Buffer.byteLength(text) <= budget
}

/** The lines of `text`; a newline at its end begins none. */
function lineCount(text: string): number {
  let count = 0
  let from = 0
  while (from < text.length) {
    count += 1
    const newline = text.indexOf('\n', from)
    if (newline === -1) break
    from = newline + 1
  }
  return count
}

function isInsideCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0b1100_0000) === 0b1000_0000
}

function startOfCharacterAt(bytes: Buffer, at: number): number {
  let edge = at
  while (edge > 0 && isInsideCharacter(bytes[edge])) edge -= 1
  return edge
}

function startOfCharacterFrom(bytes: Buffer, at: number): number {
  let edge = at
  while (edge < bytes.length && isInsideCharacter(bytes[edge])) edge += 1
  return edge
}

function charactersBetween(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at += 1) if (!isInsideCharacter(bytes[at])) count += 1
  return count
}
