/** What a wire API's folder gives to the scripted provider. */

import type { Answer } from './answer.ts'
import type { Ids } from './ids.ts'
import type { JsonRecord } from './json.ts'
import type { SentItem } from './requests.ts'
import type { Report } from './rules.ts'

/** One event as it goes over the wire. */
export interface Frame {
  readonly text: string
  /** It, or one before it, says that the response is over. */
  readonly isTerminal: boolean
}

export interface AnswerContext {
  readonly request: JsonRecord
  readonly ids: Ids
  /** Seconds since 1970. */
  readonly createdAt: number
}

export interface CheckContext {
  readonly report: Report
  /** Of the request, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Calls that this provider has sent, so that the client cannot be blamed for them. */
  readonly sentCallIds: ReadonlySet<string>
}

export interface Wire {
  /** Under the base URL. */
  readonly path: string
  /** The stream that says the answer. @throws {OptionError} The wire API cannot say it. */
  readonly frames: (answer: Answer, context: AnswerContext) => Frame[]
  /** Reports what a real provider of this wire API refuses. */
  readonly check: (body: JsonRecord, context: CheckContext) => void
  /** The conversation in the request, in words that all wire APIs share. */
  readonly read: (body: JsonRecord) => SentItem[]
  /** Names of the tools that the request declares. */
  readonly toolNames: (body: JsonRecord) => string[]
  /** The headers that a key may come in, with what stands in front of it. */
  readonly keyHeaders: readonly KeyHeader[]
  /** The header that names the request. */
  readonly requestIdHeader: string
  /** The body of a refusal. */
  readonly errorBody: (error: WireError) => unknown
}

export interface KeyHeader {
  readonly name: string
  readonly prefix: string
}

export const BEARER: KeyHeader = { name: 'authorization', prefix: 'Bearer ' }

export interface WireError {
  readonly status: number
  readonly message: string
  readonly code?: string
  readonly param?: string
}
