/** A request that the provider was sent, as a test looks at it. */

import type { JsonRecord } from './json.ts'

/** A piece of the conversation in a request, in words that all wire APIs share. */
export type SentItem =
  | { readonly type: 'message'; readonly role: string; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | {
      readonly type: 'call'
      readonly kind: 'function' | 'custom'
      readonly callId: string
      readonly name: string
      /** A function's arguments, or a freeform call's input. */
      readonly input: string
    }
  | { readonly type: 'output'; readonly callId: string; readonly text: string }
  | { readonly type: 'other'; readonly raw: JsonRecord }

/** What a request is, without the ways to look at it. */
export interface RequestFacts {
  /** Counted from 0. */
  readonly index: number
  readonly method: string
  /** With its query, such as `/v1/responses`. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** The body's bytes as text. */
  readonly text: string
  /** The body as JSON; empty when it is no JSON object. */
  readonly body: JsonRecord
  /** Whether the body is a JSON object. */
  readonly isJson: boolean
  /** The conversation, oldest first; instructions come as a system message. */
  readonly items: readonly SentItem[]
  /** Names of the tools that the request declares, in its order. */
  readonly toolNames: readonly string[]
}

export interface ProviderRequest extends RequestFacts {
  /** The texts of the messages, of one role when it is named. */
  texts(role?: string): string[]
  /** What the newest call of this tool was answered. */
  outputOf(toolName: string): string | undefined
  /** What the call was answered. */
  outputOfCall(callId: string): string | undefined
}

export function providerRequest(facts: RequestFacts): ProviderRequest {
  const { items } = facts

  const outputOfCall = (callId: string): string | undefined => {
    for (const item of items) {
      if (item.type === 'output' && item.callId === callId) return item.text
    }
    return undefined
  }
  const outputOf = (toolName: string): string | undefined => {
    const call = items.findLast((item) => item.type === 'call' && item.name === toolName)
    return call?.type === 'call' ? outputOfCall(call.callId) : undefined
  }
  const texts = (role?: string): string[] =>
    items.flatMap((item) =>
      item.type === 'message' && (role === undefined || item.role === role) ? [item.text] : [],
    )
  return { ...facts, outputOf, outputOfCall, texts }
}
