/** One call to a model, outside any thread. */

import { setTimeout as delay } from 'node:timers/promises'
import type { ModelEvent, ModelRequest } from '../model/model-client.ts'
import { streamRetry } from '../model/retry.ts'
import { messageOf, OptionError } from '../protocol/errors.ts'
import type { ThreadId } from '../protocol/ids.ts'
import type { MessageItem } from '../protocol/response-item.ts'
import type { Turn } from '../protocol/turn.ts'
import type { Usage } from '../protocol/usage.ts'
import type { Redactor } from '../std/redact.ts'
import { redactError } from '../std/redact-error.ts'
import { uuidV7 } from '../std/uuid.ts'
import type { ChatMessage, ChatOptions, ChatResult } from '../tools/chat.ts'
import { TurnAbortedError } from './errors.ts'
import { fallBack } from './model-chain.ts'
import { checkChatOptions } from './options/check-chat.ts'
import type { Runtime } from './runtime.ts'
import { parseOutput } from './turn/end-turn.ts'
import { estimateUsage } from './turn/estimate-usage.ts'
import { redactItem } from './turn/redact-item.ts'
import { answerSchema } from './turn/turn-plan.ts'
import type { TurnModel } from './turn/turn-scope.ts'
import { addUsage, NO_USAGE } from './turn/usage.ts'
import { userMessage } from './turn/user-message.ts'

/** What a `Codex` lends to its calls. */
export type ChatHome = Pick<Runtime, 'defaultModel' | 'doors' | 'log' | 'model' | 'redactor' | 'tracer'>

/**
 * Ask a model once; what fails is asked again as a turn's requests are.
 *
 * @param closing Aborted when the `Codex` is closed.
 * @throws {OptionError} @throws {ModelError} @throws {TurnAbortedError} @throws {OutputSchemaError}
 */
export async function chat(home: ChatHome, options: ChatOptions, closing: AbortSignal): Promise<ChatResult> {
  checkChatOptions(options)
  const id = uuidV7(home.doors.clock.now())
  const model = await modelFor(home, options, id as ThreadId)
  const request = await requestOf(home, options)
  const call = new ChatCall(id, home.redactor)
  const { signal, release } = stopOf(options.signal, closing)
  const span = home.tracer.startSpan(`chat ${model.request.model}`, {
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': model.request.model },
  })
  try {
    signal.throwIfAborted()
    await ask(call, model, { ...request, ...ownWishes(options) }, signal, home)
    const output = await parseOutput(call.turn(), options.schema)
    return { ...call.result(model.slug), ...(output === undefined ? {} : { output }) }
  } catch (error) {
    if (!signal.aborted) throw redactError(error, home.redactor)
    const reason = options.signal?.aborted === true ? 'interrupted' : 'closed'
    throw redactError(new TurnAbortedError(call.turn(), reason, signal.reason), home.redactor)
  } finally {
    release()
    span.end()
  }
}

async function modelFor(
  home: ChatHome,
  { model: slug = home.defaultModel, modelReasoningEffort }: ChatOptions,
  id: ThreadId,
): Promise<TurnModel> {
  if (slug === undefined)
    throw new OptionError('model', 'is missing. Pass it to chat() or to the Codex, or set CODEX_TS_MODEL.')
  return await home.model(slug, { modelReasoningEffort }, id)
}

type AskedOnce = Pick<ModelRequest, 'input' | 'instructions' | 'outputSchema' | 'tools'>

async function requestOf({ doors, redactor }: ChatHome, options: ChatOptions): Promise<AskedOnce> {
  const { prompt, messages = [], instructions = '', schema } = options
  const said = prompt === undefined ? messages : [{ role: 'user' as const, content: prompt }]
  const input = await Promise.all(said.map((message) => itemOf(message, doors.workingDirectory)))
  return {
    input: input.map((item) => redactItem(item, redactor)),
    instructions: redactor.redact(instructions),
    tools: [],
    ...(schema === undefined ? {} : { outputSchema: await answerSchema('schema', schema) }),
  }
}

async function itemOf({ role, content }: ChatMessage, folder: string): Promise<MessageItem> {
  if (role === 'user') return await userMessage(content, folder)
  return { type: 'message', role, content: [{ type: 'output_text', text: content }] }
}

function ownWishes({ temperature, maxOutputTokens }: ChatOptions) {
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}

/** Asks until there is an answer, or no hope of one. @throws The failure, or the signal's reason. */
async function ask(
  call: ChatCall,
  model: TurnModel,
  asked: AskedOnce,
  signal: AbortSignal,
  { log }: ChatHome,
): Promise<void> {
  let waitedMs = 0
  for (let attempt = 1; ; attempt += 1) {
    // The key is for requests that begin alike; this one has no other.
    const { promptCacheKey: _ofThreads, ...request } = model.request
    try {
      call.begin({ ...request, ...asked })
      for await (const event of model.client.stream({ ...request, ...asked }, { signal })) call.take(event)
      return
    } catch (error) {
      const retry = streamRetry(error, attempt, model.streamRetriesMax, waitedMs)
      call.lose(signal.aborted || !retry.retry)
      signal.throwIfAborted()
      if (retry.retry) {
        log.warn('A call to a model failed and is made again.', { attempt, error: messageOf(error) })
        waitedMs += retry.delayMs
        await delay(retry.delayMs, undefined, { signal })
      } else {
        if ((await fallBack(model, error)) === null) throw error
        attempt = 0
        waitedMs = 0
      }
    }
  }
}

type Completed = Extract<ModelEvent, { type: 'completed' }>

/** What a call has come to so far. */
class ChatCall {
  readonly #id: string
  readonly #redactor: Redactor
  /** Texts of the newest response, by item id; of one that has not ended, what there is of it. */
  #texts = new Map<string, string>()
  /** What is asked. */
  #request: ModelRequest | undefined
  /** All text of a response, once the provider has begun to answer. */
  #heard: string | undefined
  #requestId: string | undefined
  #completed: Completed | undefined
  #usage: Usage | null = null
  /** Of a response that is not over; null where nothing is known of it. */
  #usageSoFar: Usage | null = null
  #isEstimated = false

  constructor(id: string, redactor: Redactor) {
    this.#id = id
    this.#redactor = redactor
  }

  begin(request: ModelRequest): void {
    this.#texts = new Map()
    this.#request = request
    this.#heard = undefined
    this.#requestId = undefined
  }

  take(event: ModelEvent): void {
    this.#heard = (this.#heard ?? '') + (event.type === 'delta' ? event.delta : '')
    switch (event.type) {
      case 'created':
        this.#requestId = event.requestId
        return
      case 'delta':
        if (event.kind === 'text')
          this.#texts.set(event.itemId, (this.#texts.get(event.itemId) ?? '') + event.delta)
        return
      case 'item.done':
        if (event.item.type === 'message') this.#texts.set(event.itemId, textOf(event.item))
        return
      case 'usage':
        this.#usageSoFar = event.usage
        return
      case 'completed':
        this.#completed = event
        this.#usageSoFar = null
        if (event.usage !== null) this.#count(event.usage)
        return
      default:
    }
  }

  /**
   * The response broke.
   *
   * @param isOver It is not asked for again, so what the provider has not said of its cost is estimated, as of a turn's.
   */
  lose(isOver: boolean): void {
    const usage =
      isOver && this.#request !== undefined && this.#heard !== undefined
        ? estimateUsage(this.#request, this.#heard, this.#usageSoFar)
        : this.#usageSoFar
    if (usage === null) return
    this.#count(usage)
    this.#usageSoFar = null
    this.#isEstimated = true
  }

  result(model: string): ChatResult {
    const requestId = this.#requestId
    return {
      text: this.#text(),
      ...this.#cost(),
      model,
      finishReason: this.#completed?.finishReason ?? 'other',
      ...(requestId === undefined ? {} : { requestId }),
    }
  }

  /** The call as errors carry it. */
  turn(): Turn {
    const text = this.#text()
    const cost = this.#cost()
    return {
      items: text === '' ? [] : [{ id: 'item_0', type: 'agent_message', text }],
      finalResponse: text,
      ...cost,
      threadUsage: cost.usage ?? NO_USAGE,
      threadId: '',
      turnId: this.#id,
      steps: 1,
    }
  }

  #cost(): Pick<ChatResult, 'usage' | 'isUsageEstimated' | 'costUsd'> {
    const costUsd = this.#isEstimated ? undefined : this.#completed?.costUsd
    return {
      usage: this.#usage,
      ...(this.#isEstimated && { isUsageEstimated: true }),
      ...(costUsd === undefined ? {} : { costUsd }),
    }
  }

  /** Of several messages the last counts, as in a turn. */
  #text(): string {
    const texts = [...this.#texts.values()].filter((text) => text.trim() !== '')
    return this.#redactor.redact(texts.at(-1) ?? '')
  }

  #count(usage: Usage): void {
    this.#usage = this.#usage === null ? usage : addUsage(this.#usage, usage)
  }
}

const textOf = ({ content }: MessageItem) =>
  content.map((part) => (part.type === 'input_image' ? '' : part.text)).join('')

/** One signal for both stops; `release` lets go of them, since they may outlive many calls. */
function stopOf(...sources: readonly (AbortSignal | undefined)[]): {
  readonly signal: AbortSignal
  readonly release: () => void
} {
  const controller = new AbortController()
  const listened = sources
    .filter((source) => source !== undefined)
    .map((source) => {
      const stop = () => controller.abort(source.reason)
      if (source.aborted) stop()
      source.addEventListener('abort', stop, { once: true })
      return () => source.removeEventListener('abort', stop)
    })
  return {
    signal: controller.signal,
    release: () => {
      for (const stopListening of listened) stopListening()
    },
  }
}
