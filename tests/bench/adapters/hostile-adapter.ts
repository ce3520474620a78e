/** `ScriptRunner` behind the contract of the hostile corpus: `make(tools)` gives `{ run(source) }`. */

import type { ScriptErrorKind } from '../../../src/harness/index.ts'
import { ScriptRunner, type ToolTree } from '../../../src/script.ts'

const MIB = 1024 * 1024

/** The corpus knows one word for both clocks. */
const KINDS: Partial<Record<ScriptErrorKind, string>> = { cpu: 'timeout' }

interface Outcome {
  readonly ok: boolean
  readonly value?: unknown
  readonly kind?: string
  readonly message?: string
}

export async function make(tools: ToolTree): Promise<{ run(source: string): Promise<Outcome> }> {
  const runner = new ScriptRunner({
    tools,
    limits: {
      wallMs: 2_000,
      memoryBytesMax: 64 * MIB,
      callsMax: 1_000,
      resultBytesMax: MIB,
      consoleBytesMax: 64 * 1024,
    },
  })
  await runner.warm()
  return {
    async run(source) {
      const result = await runner.run(source)
      if (result.ok) return { ok: true, value: result.value }
      const { kind, message } = result.error
      return { ok: false, kind: KINDS[kind] ?? kind, message }
    },
  }
}
