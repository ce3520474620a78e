/** Names and ids in the letters that the Messages API takes. */

import { createHash } from 'node:crypto'
import type { ToolSpec } from '../../protocol/tool-spec.ts'

const TAKEN = /^[a-zA-Z0-9_-]+$/
const LENGTH_MAX = 64
const HASH_LENGTH = 8

/**
 * A tool's name or a call's id as it is sent.
 *
 * What the wire API takes stays as it is. Anything else loses the letters that are refused and gains a hash of the
 * whole, so that it is the same in every request and no two become one.
 */
export function wireName(name: string): string {
  if (TAKEN.test(name) && name.length <= LENGTH_MAX) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, HASH_LENGTH)
  const legible = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_').slice(0, LENGTH_MAX - HASH_LENGTH - 1)
  return `${legible}_${hash}`
}

/** The way back from a name that was sent. */
export function namesOf(tools: readonly ToolSpec[]): ReadonlyMap<string, ToolSpec> {
  return new Map(tools.map((tool) => [wireName(tool.name), tool]))
}
