/** What a turn is started for. */

import type { Input } from '../../protocol/user-input.ts'

export type TurnTask =
  /** The user says something. */
  | { readonly type: 'prompt'; readonly input: Input }
  /** The last turn was cut off, and goes on. */
  | { readonly type: 'continue' }
  /** The conversation is compacted, and nothing else. */
  | { readonly type: 'compact' }
