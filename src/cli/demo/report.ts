/** The demo's figures as lines. */

import { grouped } from '../progress.ts'
import type { TestResult } from './repository.ts'
import type { Figures } from './task.ts'

export function testsLine(when: 'before' | 'after', { passed, failed }: TestResult): string {
  return `${`tests ${when}`.padEnd(13)} ${passed} passed, ${failed} failed`
}

/** One line for each mode under one heading, so that they can be read side by side. */
export function figuresTable(all: readonly Figures[]): string {
  const rows = all.map(({ mode, requests, calls, usage, wallMs }) => [
    `${mode} mode`,
    grouped(requests),
    grouped(calls),
    grouped(usage.input_tokens),
    grouped(usage.output_tokens),
    (wallMs / 1000).toFixed(2),
  ])
  const headings = ['', 'requests', 'calls', 'tokens in', 'tokens out', 'seconds']
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(13) : cell.padStart(11))).join(' ')
  return [headings, ...rows].map(line).join('\n')
}
