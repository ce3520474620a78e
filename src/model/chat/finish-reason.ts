/** The reasons to stop that servers have besides OpenAI's. */

/** Gemini's own words, which its OpenAI face lets through. */
const GEMINI: Readonly<Record<string, string>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
  // The model wrote a call that is none; asked again, it mostly writes a better one.
  MALFORMED_FUNCTION_CALL: 'error',
  UNEXPECTED_TOOL_CALL: 'error',
}

/** The word may stand behind another one, as in `content_filter: SAFETY`. */
export function geminiFinishReason(reason: string): string {
  const word = reason.split(':').at(-1)?.trim() ?? ''
  return Object.hasOwn(GEMINI, word) ? (GEMINI[word] ?? reason) : reason
}

/** DeepSeek gives up in the middle when it has more to do than it can. */
export function deepseekFinishReason(reason: string): string {
  return reason === 'insufficient_system_resource' ? 'error' : reason
}
