/** Ends what would outlive the host's process. */

const lastDeeds = new Set<() => void>()

function doAll(): void {
  for (const deed of lastDeeds) deed()
}

/**
 * Calls `deed` when the host exits, synchronously.
 *
 * A host that a signal kills without a handler of its own never gets that far; a library that installed one would take
 * the signal's meaning away from its host.
 *
 * @returns Takes it back.
 */
export function atHostExit(deed: () => void): () => void {
  if (lastDeeds.size === 0) process.on('exit', doAll)
  lastDeeds.add(deed)
  return () => {
    lastDeeds.delete(deed)
    if (lastDeeds.size === 0) process.off('exit', doAll)
  }
}
