/** Repeats the user's prompt at the end of a long turn, so that it is not lost behind the outputs. */

import type { ToolMode } from '../protocol/modes.ts'
import type { MessageItem } from '../protocol/response-item.ts'

/** Where the pin stands: behind everything, in front of the history, or nowhere. */
export type PinPosition = 'tail' | 'head' | 'off'

/** A script brings back much at once, a single call little. */
export function defaultPinPosition(toolMode: ToolMode): PinPosition {
  return toolMode === 'direct' ? 'off' : 'tail'
}

/**
 * The newest user prompt again, in `<original-user-prompt>`: a part of one request, never recorded.
 *
 * @param options `step`: 1 for the turn's first request, which shows the prompt itself at its end.
 * @returns Null where there is nothing to pin: on the first step, when it is off, or for a prompt without text.
 */
export function pinnedPrompt(options: {
  readonly prompt: MessageItem
  readonly step: number
  readonly position: PinPosition
}): MessageItem | null {
  if (options.position === 'off' || options.step < 2) return null
  const text = options.prompt.content
    .flatMap((part) => (part.type === 'input_text' ? [part.text] : []))
    .join('\n')
    .trim()
  if (text === '') return null
  const { agentId } = options.prompt
  return {
    type: 'message',
    role: 'user',
    ...(agentId === undefined ? {} : { agentId }),
    content: [{ type: 'input_text', text: `<original-user-prompt>\n${text}\n</original-user-prompt>` }],
  }
}
