/** Compacts a conversation: a summary takes the place of what the model has said and seen. */

import { setTimeout as delay } from 'node:timers/promises'
import { COMPACTION_PROMPT, SUMMARY_INTRODUCTION } from '../../context/index.ts'
import { compactItems, normalize, withoutOldest } from '../../history/index.ts'
import { ContextOverflowError } from '../../model/errors.ts'
import { streamRetry } from '../../model/retry.ts'
import type { ResponseItem } from '../../protocol/response-item.ts'
import type { Usage } from '../../protocol/usage.ts'
import { EmptySummaryError } from '../errors.ts'
import { redactItem } from './redact-item.ts'
import type { TurnScope } from './turn-scope.ts'

/** The summary's cost; null when the provider did not say. */
export interface CompactionResult {
  readonly items: readonly ResponseItem[]
  readonly usage: Usage | null
  readonly costUsd: number | undefined
}

/**
 * Ask the model for a summary, and make of it the items of a shorter conversation. Nothing is changed yet.
 *
 * @param items What the model sees of the conversation now.
 * @param opening What it has to know of its surroundings.
 * @throws {ModelError} There is no summary to be had. @throws The signal's reason.
 */
export async function compact(
  items: readonly ResponseItem[],
  opening: readonly ResponseItem[],
  scope: TurnScope,
): Promise<CompactionResult> {
  const { text, usage, costUsd } = await askForSummary(items, scope)
  const { redactor } = scope.dispatcher
  const compacted = compactItems(items, { summary: text, introduction: SUMMARY_INTRODUCTION, opening })
  return {
    items: compacted.map((item) => ({ ...redactItem(item, redactor), turnId: item.turnId ?? scope.turnId })),
    usage,
    costUsd,
  }
}

interface Summary {
  readonly text: string
  readonly usage: Usage | null
  readonly costUsd: number | undefined
}

/** A conversation that is too long even for that loses its oldest items, one by one, as with Codex. */
async function askForSummary(items: readonly ResponseItem[], scope: TurnScope): Promise<Summary> {
  const { signal } = scope.turn
  let left = items
  let waitedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readSummary(left, scope)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ContextOverflowError && left.length > 1) {
        left = withoutOldest(left)
        attempt = 0
        continue
      }
      const retry = streamRetry(error, attempt, scope.model.streamRetriesMax, waitedMs)
      if (!retry.retry) throw error
      waitedMs += retry.delayMs
      await delay(retry.delayMs, undefined, { signal })
    }
  }
}

async function readSummary(items: readonly ResponseItem[], scope: TurnScope): Promise<Summary> {
  const { model, instructions, turn } = scope
  const request = {
    ...model.request,
    instructions,
    input: scope.heard(normalize([...items, prompt])),
    tools: [],
    parallelToolCalls: false,
  }
  let text = ''
  let usage: Usage | null = null
  let costUsd: number | undefined
  for await (const event of model.client.stream(request, { signal: turn.signal })) {
    if (event.type === 'completed') {
      usage = event.usage
      costUsd = event.costUsd
    }
    if (event.type !== 'item.done' || event.item.type !== 'message') continue
    text = event.item.content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('')
  }
  if (text.trim() === '') throw new EmptySummaryError()
  return { text, usage, costUsd }
}

const prompt: ResponseItem = {
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text: COMPACTION_PROMPT }],
}
