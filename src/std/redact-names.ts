/** Secrets taken out of the names of fields. */

import type { Redactor } from './redact.ts'

/**
 * The names without secrets, in their order.
 *
 * Names that become equal are told apart by a number, for no field may push out another.
 */
export function redactNames(names: readonly string[], redactor: Redactor): string[] {
  const clean = names.map((name) => redactor.redact(name))
  const taken = new Set(clean.filter((name, index) => name === names[index]))
  return clean.map((name, index) => {
    if (name === names[index]) return name
    const free = freeName(name, taken)
    taken.add(free)
    return free
  })
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name
  for (let count = 2; taken.has(free); count += 1) free = `${name} ${count}`
  return free
}
