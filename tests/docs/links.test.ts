/** Links between the papers lead somewhere. */

import { existsSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { fencesIn, pages, repositoryRoot, textOf } from './read-examples.ts'

/** The page without its fenced blocks and code spans: what is quoted links nowhere. */
function prose(page: string): string {
  const lines = textOf(page).split(/\r?\n/)
  const fences = fencesIn(lines)
  const isQuoted = (index: number) => fences.some(({ start, end }) => index >= start && index <= end)
  return lines.map((line, index) => (isQuoted(index) ? '' : line.replaceAll(/`[^`]*`/g, ''))).join('\n')
}

const linksIn = (page: string) =>
  [...prose(page).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)

/** Headings as GitHub makes anchors of them. */
function anchorsOf(page: string): string[] {
  const lines = textOf(page).split(/\r?\n/)
  const fences = fencesIn(lines)
  return lines.flatMap((line, index) => {
    const heading = /^#+ (.*)$/.exec(line)?.[1]
    if (heading === undefined || fences.some(({ start, end }) => index > start && index < end)) return []
    return [
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ]
  })
}

function leadsNowhere(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? page : path.posix.join(path.posix.dirname(page), decodeURI(file))
  if (!existsSync(path.join(repositoryRoot, target))) return true
  return anchor !== undefined && !(target.endsWith('.md') && anchorsOf(target).includes(anchor))
}

test.each(pages)('every link of %s resolves', (page) => {
  const own = linksIn(page).filter((link) => !/^[a-z]+:/.test(link))

  expect(own.filter((link) => leadsNowhere(page, link))).toEqual([])
})

test('every page in docs can be reached from its index', () => {
  const reached = new Set(['docs/README.md'])
  for (const page of reached) {
    for (const link of linksIn(page)) {
      const [file = ''] = link.split('#')
      const target = path.posix.join(path.posix.dirname(page), file)
      if (pages.includes(target)) reached.add(target)
    }
  }

  const stray = pages.filter((page) => /^docs\/[^/]+\.md$/.test(page) && !reached.has(page))

  expect(stray).toEqual([])
})
