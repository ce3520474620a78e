/** How a tool's one name is spelt in its two places: direct calls and scripts. */

import { OptionError } from '../protocol/errors.ts'

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/
/** What scripts find at the root of `tools` itself. */
const RESERVED_AT_ROOT = new Set(['spawn', 'find', 'describe', 'mcp'])
/** Names that JavaScript asks of any object behind the script's back. */
const RESERVED_EVERYWHERE = new Set(['then', 'constructor', 'prototype', 'to_string', 'to_json', 'value_of'])

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

/** `fc.get`: where the tool stands under `tools` in a script. */
export function scriptPath(namespace: string | undefined, name: string): string {
  return namespace === undefined ? camelCase(name) : `${camelCase(namespace)}.${camelCase(name)}`
}

/** `fc_get`: what a model calls. */
export function directName(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}_${name}`
}

/** @throws {OptionError} `where` names the declaration that is at fault. */
export function checkName(where: string, name: unknown, place: 'root' | 'namespace'): void {
  if (typeof name !== 'string' || !SNAKE_CASE.test(name)) {
    throw new OptionError(
      where,
      `${JSON.stringify(name)} is no name for a tool; use snake case, such as read_notes.`,
    )
  }
  if (RESERVED_EVERYWHERE.has(name) || (place === 'root' && RESERVED_AT_ROOT.has(name))) {
    throw new OptionError(where, `${name} is reserved; choose another name.`)
  }
}
