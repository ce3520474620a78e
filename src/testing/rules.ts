/** The rules that requests are held to. */

/** Each is one that the real providers enforce, save `script`: the script itself did not answer. */
export type Rule =
  | 'endpoint'
  | 'content-type'
  | 'authorization'
  | 'json'
  | 'model'
  | 'stream'
  | 'input'
  | 'field'
  | 'role'
  | 'content'
  | 'id'
  | 'unique-ids'
  | 'call'
  | 'custom-call-declared'
  | 'call-has-output'
  | 'output-has-call'
  | 'output-after-call'
  | 'one-output-per-call'
  | 'reasoning-has-follower'
  | 'reasoning-is-encrypted'
  | 'tool'
  | 'unique-tool-names'
  | 'schema'
  | 'version'
  | 'output-limit'
  | 'sampling'
  | 'prefill'
  | 'thinking'
  | 'cache'
  | 'script'

/** A request that a real provider refuses. */
export interface Violation {
  /** Which of `provider.requests`, counted from 0. */
  readonly request: number
  readonly rule: Rule
  /** Where in the body, such as `input[3].call_id`; a header's name; or empty. */
  readonly at: string
  /** Begins with the rule in brackets. */
  readonly message: string
}

/** Notes that a rule is broken, where, and how. */
export type Report = (rule: Rule, at: string, problem: string) => void

/** Names of tools, and of the calls that name them. */
export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/

/** Longest id of an item or a call. */
export const ID_LENGTH_MAX = 64

/** The status that a real provider answers with. */
export function statusOf(rule: Rule): number {
  if (rule === 'endpoint') return 404
  if (rule === 'authorization') return 401
  return 400
}
