/** How hard to think, in the words of each server. */

import type { ReasoningEffort } from '../../protocol/modes.ts'
import type { JsonRecord } from '../json-record.ts'
import type { ModelRequest } from '../model-client.ts'

export type ReasoningRequest = NonNullable<ModelRequest['reasoning']>
type Spelling = (reasoning: ReasoningRequest) => JsonRecord

/** All efforts, least first. */
const EFFORTS: readonly ReasoningEffort[] = [
  'none',
  'minimal',
  'low',
  'medium',
  'high',
  'xhigh',
  'max',
  'ultra',
  'persistent',
]

/** OpenAI's field, with whatever effort was asked for. */
export const effortField: Spelling = ({ effort }) =>
  effort === undefined ? {} : { reasoning_effort: effort }

/** OpenRouter's object. @see https://openrouter.ai/docs/use-cases/reasoning-tokens */
export const openrouterReasoning: Spelling = ({ effort }) =>
  effort === undefined ? {} : { reasoning: { effort: within(effort, 'none', 'max') } }

/** Gemini has five of the words. */
export const geminiReasoning: Spelling = ({ effort }) =>
  effort === undefined ? {} : { reasoning_effort: within(effort, 'none', 'high') }

/** DeepSeek thinks or does not, and knows two efforts. */
export const deepseekReasoning: Spelling = ({ effort }) => {
  if (effort === undefined) return {}
  if (!isThinking(effort)) return { thinking: { type: 'disabled' } }
  return {
    thinking: { type: 'enabled' },
    reasoning_effort: within(effort, 'low', 'high') === effort ? 'high' : 'max',
  }
}

/** Qwen thinks or does not. */
export const qwenReasoning: Spelling = ({ effort }) =>
  effort === undefined ? {} : { enable_thinking: isThinking(effort) }

/** Ollama has four of the words. */
export const ollamaReasoning: Spelling = ({ effort }) =>
  effort === undefined ? {} : { reasoning_effort: effort === 'none' ? effort : within(effort, 'low', 'high') }

/** Servers of open models switch thinking off in the model's template, and know three efforts. */
export const templateReasoning: Spelling = ({ effort }) => {
  if (effort === undefined) return {}
  return isThinking(effort)
    ? { reasoning_effort: within(effort, 'low', 'high') }
    : { chat_template_kwargs: { enable_thinking: false } }
}

function isThinking(effort: ReasoningEffort): boolean {
  return effort !== 'none' && effort !== 'minimal'
}

function within(effort: ReasoningEffort, least: ReasoningEffort, most: ReasoningEffort): ReasoningEffort {
  const rank = EFFORTS.indexOf(effort)
  if (rank < EFFORTS.indexOf(least)) return least
  return rank > EFFORTS.indexOf(most) ? most : effort
}
