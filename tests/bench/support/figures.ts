/** Medians and ratios, and how they are printed. */

export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

/** The figure with so many places; a dash where there is none. */
export function shown(value: number, places = 1): string {
  return Number.isFinite(value) ? value.toFixed(places) : '-'
}

/** A figure beside the one that it must not exceed. */
export function printTarget(name: string, value: number, target: number, unit = ''): void {
  const verdict = Number.isNaN(value) ? 'not measured' : value <= target ? 'met' : 'MISSED'
  console.log(`${name.padEnd(44)} ${shown(value, 2)}${unit}  (target ≤ ${target}${unit}: ${verdict})`)
}

export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
}
