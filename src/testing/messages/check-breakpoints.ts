/** The rules for `cache_control`. */

import { isRecord, type JsonRecord, listOf } from '../json.ts'
import type { Report } from '../rules.ts'
import type { Turn } from './messages.ts'

const BREAKPOINTS_MAX = 4

interface Marked {
  readonly holder: JsonRecord
  readonly at: string
}

export function checkBreakpoints(body: JsonRecord, turns: readonly Turn[], report: Report): void {
  const marked = holdersOf(body, turns).filter(({ holder }) => isSet(holder.cache_control))
  const count = marked.length + (isSet(body.cache_control) ? 1 : 0)
  if (count > BREAKPOINTS_MAX) {
    report(
      'cache',
      'cache_control',
      `at most ${BREAKPOINTS_MAX} breakpoints are taken, and these are ${count}`,
    )
  }
  let hasShort = false
  for (const { holder, at } of marked) {
    const control = holder.cache_control
    const place = `${at}.cache_control`
    if (!isRecord(control) || control.type !== 'ephemeral') {
      report('cache', place, 'a breakpoint has the type ephemeral')
      continue
    }
    if (control.ttl !== undefined && control.ttl !== '5m' && control.ttl !== '1h') {
      report('cache', `${place}.ttl`, 'a breakpoint lives for 5m or 1h')
    }
    if (control.ttl === '1h' && hasShort)
      report('cache', `${place}.ttl`, 'longer lives stand before shorter ones')
    hasShort ||= control.ttl !== '1h'
  }
}

/** Everything that can bear a breakpoint, in the order in which the model reads it. */
function holdersOf({ tools, system }: JsonRecord, turns: readonly Turn[]): Marked[] {
  const list = (value: unknown, name: string) =>
    listOf(value).flatMap((holder, index) => (isRecord(holder) ? [{ holder, at: `${name}[${index}]` }] : []))
  const blocks = turns.flatMap((turn) => turn.blocks)
  return [
    ...list(tools, 'tools'),
    ...list(system, 'system'),
    ...blocks.flatMap(({ block, at }) => [
      { holder: block, at },
      ...(block.type === 'tool_result' ? list(block.content, `${at}.content`) : []),
    ]),
  ]
}

function isSet(control: unknown): boolean {
  return control !== undefined && control !== null
}
