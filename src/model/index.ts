/** The public door of model/: clients for the wire APIs, and what is known of providers and models. */

export { CHAT_PROFILES, type ChatProfileName } from './chat/profile-names.ts'
export { costUsdOf } from './cost.ts'
export { createModelClient } from './create-client.ts'
export {
  ContextOverflowError,
  type FailureFacts,
  MalformedStreamError,
  ModelRefusedError,
  ModelUnreachableError,
  OverloadedError,
  ProviderError,
  QuotaError,
  RateLimitError,
  ResponseFailedError,
  ResponseIncompleteError,
  StreamIdleError,
  StreamInterruptedError,
} from './errors.ts'
export type {
  FinishReason,
  ModelClient,
  ModelEvent,
  ModelRequest,
  ProviderConfig,
} from './model-client.ts'
export { type ModelFacts, type ModelInfo, modelInfo } from './model-table.ts'
export {
  type KnownProvider,
  knownProviders,
  type ProviderOptions,
  type ProviderTable,
  providerConfig,
} from './providers.ts'
export type { LimitedThing, RateLimit } from './rate-limits.ts'
export { retryDelayMs, type StreamRetry, streamRetry } from './retry.ts'
export {
  type ModelEntry,
  type ModelOverrides,
  type ModelPrice,
  type ResolvedModel,
  type ResolveOptions,
  resolveModel,
  shippedModels,
} from './slug.ts'
export { isSurvivable } from './survivable.ts'
