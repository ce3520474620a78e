/** Finds the examples in the papers: fenced blocks marked `ts run` or `ts check`. */

import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Where the papers' paths start. */
export const repositoryRoot = path.resolve(import.meta.dirname, '../..')

export interface Example {
  /** Relative to the root of the repository. */
  readonly page: string
  /** The page and the line of the fence, such as `docs/threads.md:12`. */
  readonly place: string
  /** Its lines have the numbers that they have on the page. */
  readonly source: string
  /** `check` is for what needs a real key or another machine: its types are checked, and it is not run. */
  readonly mark: 'run' | 'check'
  /** What the model answers, step by step, in the words of `codex-ts/testing`; empty where the example brings its own. */
  readonly answers: string
  /** What it prints, where the page says so; `…` stands for what differs from run to run. */
  readonly output: string | undefined
}

/** Every page that a reader may open, relative to the root of the repository. */
export const pages = globSync(
  ['*.md', 'docs/**/*.md', 'bench/**/*.md', '.migration-staging/**/*.md', '.github/**/*.md'],
  { cwd: repositoryRoot },
)
  .map((page) => page.split(path.sep).join('/'))
  .sort()

export const textOf = (page: string) => readFileSync(path.join(repositoryRoot, page), 'utf8')

export function examplesOf(page: string): Example[] {
  const lines = textOf(page).split(/\r?\n/)
  const blocks = fencesIn(lines)
  return blocks.flatMap((block, index): Example[] => {
    const mark = /^ts (run|check)$/.exec(block.info)?.[1]
    if (mark !== 'run' && mark !== 'check') return []
    const next = blocks[index + 1]
    const isAnswered = next?.info === 'text output' && next.start === nextLineWithText(lines, block.end)
    return [
      {
        page,
        place: `${page}:${block.start + 1}`,
        source: '\n'.repeat(block.start + 1) + block.text,
        mark,
        answers: commentAbove(lines, block.start),
        output: isAnswered ? next.text : undefined,
      },
    ]
  })
}

interface Fence {
  readonly info: string
  /** Of the opening and the closing line, counted from 0. */
  readonly start: number
  readonly end: number
  readonly text: string
}

/** The fenced blocks of a page; one inside another is the outer one's text. */
export function fencesIn(lines: readonly string[]): Fence[] {
  const fences: Fence[] = []
  let open: { readonly mark: string; readonly info: string; readonly start: number } | undefined
  for (const [index, line] of lines.entries()) {
    if (open === undefined) {
      const [, mark, info] = /^(`{3,})\s*(.*)$/.exec(line) ?? []
      if (mark !== undefined && info !== undefined) open = { mark, info: info.trim(), start: index }
    } else if (line === open.mark) {
      const text = lines.slice(open.start + 1, index).join('\n')
      fences.push({ info: open.info, start: open.start, end: index, text })
      open = undefined
    }
  }
  return fences
}

const nextLineWithText = (lines: readonly string[], after: number) =>
  lines.findIndex((line, index) => index > after && line.trim() !== '')

/** The steps in a comment `<!-- model … -->` right above the fence, which readers do not see. */
function commentAbove(lines: readonly string[], fence: number): string {
  if (lines[fence - 1] !== '-->') return ''
  const start = lines.findLastIndex((line, index) => index < fence && line === '<!-- model')
  return start === -1 ? '' : lines.slice(start + 1, fence - 1).join('\n')
}
