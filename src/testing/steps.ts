/** The steps of a script, handed out one by one. */

import type { Step } from './script.ts'

/** What answers when the script has run out: nothing, the script from its start, or one step again and again. */
export type ScriptEnd = 'refuse' | 'repeat' | Step

export interface Steps {
  /** Undefined when there is none left. */
  take(): Step | undefined
  /** Those that nobody has taken yet. */
  readonly left: number
}

export function stepsOf(script: readonly Step[], end: ScriptEnd): Steps {
  let taken = 0
  return {
    take() {
      if (taken < script.length) return script[taken++]
      if (end === 'refuse') return undefined
      return end === 'repeat' ? script[taken++ % script.length] : end
    },
    get left() {
      return Math.max(0, script.length - taken)
    },
  }
}
