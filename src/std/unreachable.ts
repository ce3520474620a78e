/** A promise of our own that was broken: a bug, not an answer. */

export function unreachable(what: string): never {
  throw new Error(`This cannot happen: ${what}. Please report it.`)
}
