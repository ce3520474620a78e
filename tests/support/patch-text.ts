/** Writes patches. */

/** The lines between the two markers. */
export function patchOf(...lines: readonly string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch'].join('\n')
}

export function updateOf(path: string, ...lines: readonly string[]): string {
  return patchOf(`*** Update File: ${path}`, ...lines)
}
