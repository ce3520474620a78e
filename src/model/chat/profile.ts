/** Where those who speak Chat Completions may differ from OpenAI. */

import type { JsonSchema } from '../../protocol/json.ts'
import type { Usage } from '../../protocol/usage.ts'
import type { JsonRecord } from '../json-record.ts'
import type { ChatProfileName } from './profile-names.ts'
import { openaiUsage } from './read-usage.ts'
import { effortField, type ReasoningRequest } from './reasoning-request.ts'
import type { ReasoningField } from './wire.ts'

/**
 * One server's dialect: each field is one thing that some servers do differently.
 *
 * A new quirk is a field here, its plain value below, and a recorded case in the tests: those fail for a field in which a
 * profile differs and that no case is lost without.
 */
export interface ChatProfile {
  readonly name: ChatProfileName

  // What is sent.

  /** The name of the bound on output tokens. */
  readonly outputLimitField: 'max_tokens' | 'max_completion_tokens'
  readonly takesPromptCacheKey: boolean
  /** How a model is told how hard to think. */
  readonly reasoningRequest: (reasoning: ReasoningRequest) => JsonRecord
  /** Whether the cache of this model has to be told what to keep. */
  readonly hasCacheMarks: (model: string) => boolean
  /** When `parallel_tool_calls` is sent: only to forbid them, always, or never because the word is refused. */
  readonly parallelCalls: 'forbidden' | 'always' | 'never'
  /** Whether a tool may be `strict`. */
  readonly strictTools: boolean
  /** A schema as far as this server understands it. */
  readonly schema: (schema: JsonSchema) => JsonSchema
  /** The strongest `response_format`; below `json_schema`, the schema is told in words as well. */
  readonly outputFormat: 'json_schema' | 'json_object'
  /** False where a format would keep the model from calling tools; it is then told in words alone. */
  readonly formatWithTools: boolean
  /** `first`: templates refuse a system message that is not the first of all messages. */
  readonly systemMessages: 'anywhere' | 'first'
  /** The field that must stand on each message with calls, even when nothing is known of how it was reasoned. */
  readonly reasoningOnCalls: ReasoningField | null
  /** Fields unknown to OpenAI that go back on the call, or message, they came with. */
  readonly returnedFields: readonly string[]

  // What is read.

  /** The fields in which reasoning comes as text; the first that has some counts. */
  readonly reasoningFields: readonly ReasoningField[]
  /** Whether reasoning comes as `reasoning_details`, which go back as they came. */
  readonly reasoningDetails: boolean
  /** Which fragments make one call: those of an index; or those up to the next id, or name, that is another call's. */
  readonly callBoundary: 'index' | 'id-or-name'
  /** Whether arguments may come as an object in place of its text. */
  readonly objectArguments: boolean
  /** Whether a chunk may hold a whole `message` in place of a `delta`. */
  readonly wholeMessages: boolean
  /** Whether a body may end after the reason to stop, without usage or `[DONE]`. */
  readonly endsWithoutDone: boolean
  /** OpenAI's word for a reason to stop; `error` for one that is a failure. */
  readonly finishReason: (reason: string) => string
  readonly usage: (raw: JsonRecord) => Usage
  /** US dollars, where the server says what a response cost. */
  readonly costUsd: (raw: JsonRecord) => number | undefined
}

/** OpenAI's own API, as it is documented. */
export const plainProfile: ChatProfile = {
  name: 'openai',
  outputLimitField: 'max_completion_tokens',
  takesPromptCacheKey: true,
  reasoningRequest: effortField,
  hasCacheMarks: () => false,
  parallelCalls: 'forbidden',
  strictTools: true,
  schema: (schema) => schema,
  outputFormat: 'json_schema',
  formatWithTools: true,
  systemMessages: 'anywhere',
  reasoningOnCalls: null,
  returnedFields: [],
  reasoningFields: [],
  reasoningDetails: false,
  callBoundary: 'index',
  objectArguments: false,
  wholeMessages: false,
  endsWithoutDone: false,
  finishReason: (reason) => reason,
  usage: openaiUsage,
  costUsd: () => undefined,
}
