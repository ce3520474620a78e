/** One step: a model request, retried while that can help, with the calls it asked for. */

import { setTimeout as delay } from 'node:timers/promises'
import type { ModelEvent, ModelRequest } from '../../model/model-client.ts'
import { streamRetry } from '../../model/retry.ts'
import { messageOf } from '../../protocol/errors.ts'
import type { MessageItem, ReasoningItem, ResponseItem } from '../../protocol/response-item.ts'
import type { Usage } from '../../protocol/usage.ts'
import type { CallPreview } from '../../tools/tool.ts'
import { fallBack, fallbackMessage } from '../model-chain.ts'
import { answerCall } from './answer-call.ts'
import { estimateUsage } from './estimate-usage.ts'
import type { TextDetector, TurnScope } from './turn-scope.ts'

export interface StepResult {
  readonly usage: Usage | null
  /** US dollars; undefined where nobody knows. */
  readonly costUsd: number | undefined
  /** Whether the model has to be asked again. */
  readonly goesOn: boolean
  /** What the model sent. */
  readonly items: readonly ResponseItem[]
}

/** What a response has cost. */
export interface ResponseCost {
  readonly usage: Usage
  /** US dollars; undefined where nobody knows. */
  readonly costUsd: number | undefined
  /** Of a response that did not come to its end. */
  readonly isEstimated: boolean
}

/**
 * @param lose Told what a response has cost that led nowhere.
 * @throws {ModelError} The provider's failure, once retrying has no point. @throws {TurnStop} The turn was stopped.
 */
export async function runStep(
  scope: TurnScope,
  step: number,
  lose: (cost: ResponseCost) => void,
): Promise<StepResult> {
  let requests = 0
  let waitedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    requests += 1
    const response = new Response(scope, step, requests)
    try {
      return await response.read()
    } catch (error) {
      // Calls that were whole before the break have run: the next request carries them with their outputs.
      await response.finishCalls()
      response.keepPartial()
      const { streamRetriesMax } = scope.model
      const retry = streamRetry(error, attempt, streamRetriesMax, waitedMs)
      const lost = response.cost(scope.turn.signal.aborted || !retry.retry)
      if (lost !== null) lose(lost)
      scope.turn.signal.throwIfAborted()
      if (!retry.retry) {
        await askNextModel(scope, error)
        response.retract()
        attempt = 0
        waitedMs = 0
        continue
      }
      response.retract()
      scope.turn.emit({
        type: 'error',
        message: `Reconnecting... ${attempt}/${streamRetriesMax} (${messageOf(error)})`,
      })
      waitedMs += retry.delayMs
      await delay(retry.delayMs, undefined, { signal: scope.turn.signal })
    }
  }
}

/** @throws The failure of the model before, where none is left that could survive it. */
async function askNextModel(scope: TurnScope, error: unknown): Promise<void> {
  const fallback = await fallBack(scope.model, error)
  if (fallback === null) throw error
  await scope.keep({ type: 'model_changed', turnId: scope.turnId, ...fallback })
  scope.turn.emit({ type: 'error', message: fallbackMessage(fallback) })
}

/** One attempt at a response: items are recorded as they end, and their calls run while the rest still arrives. */
class Response {
  readonly #scope: TurnScope
  /** Makes the keys of this response's items, whose ids a provider may use again in the next. */
  readonly #prefix: string
  readonly #items: ResponseItem[] = []
  readonly #outputs: Promise<ResponseItem>[] = []
  /** Text of messages that have not ended, by item id. */
  readonly #partial = new Map<string, string>()
  readonly #detectors = new Map<string, TextDetector>()
  readonly #previews = new Map<string, { readonly callId: string; readonly preview: CallPreview }>()
  /** What was asked, once the provider has begun to answer. */
  #request: ModelRequest | null = null
  /** All that came in pieces. */
  #heard = ''
  /** Of a response that is not over; null where nothing is known of it. */
  #usageSoFar: Usage | null = null
  #usage: Usage | null = null
  #costUsd: number | undefined
  #endTurn = true

  /** @param request Counted within the step, over all attempts and models. */
  constructor(scope: TurnScope, step: number, request: number) {
    this.#scope = scope
    this.#prefix = `${step}.${request}`
  }

  async read(): Promise<StepResult> {
    const { model, instructions, outputSchema, specs, turn } = this.#scope
    const input = await this.#scope.prompt(Number.parseInt(this.#prefix, 10))
    await this.#scope.settled()
    const request = {
      ...model.request,
      instructions,
      input,
      tools: specs,
      ...(outputSchema === undefined ? {} : { outputSchema }),
    }
    for await (const event of model.client.stream(request, { signal: turn.signal })) {
      this.#request = request
      this.#take(event)
    }
    const calls = this.#outputs.length
    await this.finishCalls()
    turn.signal.throwIfAborted()
    return {
      usage: this.#usage,
      costUsd: this.#costUsd,
      goesOn: calls > 0 || !this.#endTurn,
      items: this.#items,
    }
  }

  /** Waits for the calls that were started, and records their outputs in the order of the calls. */
  async finishCalls(): Promise<void> {
    const outputs = await Promise.all(this.#outputs.splice(0))
    // What was shown of a call that came to nothing, or never arrived whole.
    for (const { callId } of this.#previews.values()) this.#scope.turn.items.fail(callId)
    this.#previews.clear()
    if (outputs.length > 0) this.#scope.record(outputs)
  }

  /** What is shown of items that have not ended is said again, by another response. */
  retract(): void {
    this.#scope.turn.items.retract(`${this.#prefix}.`)
  }

  /**
   * What a response has cost that led nowhere; null where nobody can say.
   *
   * @param isOver It is not asked for again, so what the provider has not said is estimated. A retry is left out, as
   *   Codex leaves it out.
   */
  cost(isOver: boolean): ResponseCost | null {
    if (this.#usage !== null) return { usage: this.#usage, costUsd: this.#costUsd, isEstimated: false }
    const usage =
      isOver && this.#request !== null
        ? estimateUsage(this.#request, this.#heard, this.#usageSoFar)
        : this.#usageSoFar
    return usage === null ? null : { usage, costUsd: undefined, isEstimated: true }
  }

  /** The turn was stopped in the middle of a message: what the user has read stays in the conversation. */
  keepPartial(): void {
    if (!this.#scope.turn.signal.aborted) return
    for (const [itemId, text] of this.#partial) {
      this.#messageDone(itemId, {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text }],
      })
    }
  }

  #take(event: ModelEvent): void {
    switch (event.type) {
      case 'item.started':
        this.#startPreview(event.itemId, event.item)
        return
      case 'delta':
        this.#heard += event.delta
        if (event.kind === 'arguments') this.#preview(event.itemId, event.delta)
        else this.#delta(event.itemId, event.kind, event.delta)
        return
      case 'item.done':
        this.#done(event.itemId, event.item)
        return
      case 'usage':
        this.#usageSoFar = event.usage
        return
      case 'completed':
        this.#usageSoFar = null
        this.#request = null
        this.#usage = event.usage
        this.#costUsd = event.costUsd
        this.#endTurn = event.endTurn ?? true
        return
      default:
        return
    }
  }

  #delta(itemId: string, kind: 'text' | 'reasoning', delta: string): void {
    const { turn, scripts } = this.#scope
    if (kind === 'reasoning') {
      turn.items.delta(this.#key(itemId), 'reasoning', delta)
      return
    }
    this.#partial.set(itemId, (this.#partial.get(itemId) ?? '') + delta)
    let prose = delta
    if (scripts?.text !== undefined) {
      const detector = this.#detectors.get(itemId) ?? scripts.text.detector()
      this.#detectors.set(itemId, detector)
      prose = detector.push(delta).prose
    }
    if (prose !== '') turn.items.delta(this.#key(itemId), 'agent_message', prose)
  }

  /** Some tools can say what a call is about before it has arrived. */
  #startPreview(itemId: string, item: ResponseItem): void {
    if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return
    const preview = this.#scope.tools.direct(item.name)?.tool.preview
    const { scripts, workingDirectory, showsPreviews } = this.#scope
    if (preview === undefined || !showsPreviews || scripts?.carries(item) === true) return
    const form = item.type === 'function_call' ? 'function' : 'freeform'
    this.#previews.set(itemId, { callId: item.call_id, preview: preview(form, { workingDirectory }) })
  }

  #preview(itemId: string, delta: string): void {
    const started = this.#previews.get(itemId)
    if (started === undefined) return
    const body = started.preview.push(delta)
    if (body !== null) this.#scope.turn.items.preview(started.callId, body)
  }

  #done(itemId: string, item: ResponseItem): void {
    switch (item.type) {
      case 'message':
        this.#messageDone(itemId, item)
        return
      case 'reasoning':
        this.#record(item)
        this.#reasoningDone(itemId, item)
        return
      case 'web_search_call': {
        this.#record(item)
        const query = item.action?.query
        this.#show(itemId, { type: 'web_search', query: typeof query === 'string' ? query : '' })
        return
      }
      case 'function_call':
      case 'custom_tool_call':
        this.#record(item)
        this.#start(answerCall(item, this.#scope))
        return
      default:
        this.#record(item)
    }
  }

  #start(output: Promise<ResponseItem>): void {
    // Looked at when the response is over; until then a failure to keep an output waits its turn.
    output.catch(() => {})
    this.#outputs.push(output)
  }

  #messageDone(itemId: string, item: MessageItem): void {
    this.#partial.delete(itemId)
    this.#record(item)
    const text = item.content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('')
    const carrier = this.#scope.scripts?.text
    let prose = text
    if (carrier !== undefined) {
      const detector = carrier.detector()
      const { prose: head } = detector.push(text)
      const { prose: tail, source } = detector.end()
      prose = head + tail
      if (source !== undefined && !this.#scope.turn.signal.aborted) {
        this.#start(carrier.answer(source, this.#scope))
      }
    }
    if (prose.trim() !== '') this.#show(itemId, { type: 'agent_message', text: prose })
  }

  #reasoningDone(itemId: string, item: ReasoningItem): void {
    // Of some models the thoughts come as they are, and no summary.
    const parts = item.summary.length > 0 ? item.summary : (item.content ?? [])
    const text = parts.map((part) => part.text).join('\n\n')
    if (text !== '') this.#show(itemId, { type: 'reasoning', text })
  }

  #show(itemId: string, body: Parameters<TurnScope['turn']['items']['show']>[2]): void {
    this.#scope.turn.items.show(this.#key(itemId), 'completed', body)
  }

  #record(item: ResponseItem): void {
    this.#items.push(item)
    this.#scope.record([item])
  }

  #key(itemId: string): string {
    return `${this.#prefix}.${itemId}`
  }
}
