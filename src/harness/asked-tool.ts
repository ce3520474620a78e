/** Which tool a script asked for at the place where it failed. */

import type { Position } from './script-file.ts'

/** So much before the place is looked at: a chain of names, over a few lines at most. */
const CHARS_MAX = 1_000

/** `web.search` where `tools.web.search` stands right before the place; undefined where nothing like it does. */
export function toolWrittenBefore(body: string, position: Position): string | undefined {
  const chain = /\btools((?:\s*[?!]?\.\s*[\w$]+)+)$/.exec(textBefore(body, position))?.[1]
  return chain?.replaceAll(/[\s?!]/g, '').slice(1)
}

/**
 * Whether what stands before the place can be the tool that there is not.
 *
 * The guest knows only which name was asked for last; the error may be about something else.
 */
export function isAskedAt(path: string, body: string, position: Position): boolean {
  const name = path.split('.').at(-1) ?? path
  const before = textBefore(body, position)
  const last = /[\w$]+$/.exec(before)?.[0]
  if (before.endsWith(name) || isComputed(before)) return true
  // `const { nme } = tools.there.is.not` fails inside the pattern.
  if (last === undefined) return lineAt(body, position).includes(`.${name}`)
  const named = new RegExp(`(?<![\\w$])${last.replaceAll('$', '\\$')}(?![\\w$])`)
  return body.split('\n').some((line) => line.includes(name) && line.includes('tools') && named.test(line))
}

/** `tools[name]` */
const isComputed = (before: string) => /\btools(?:\s*\.\s*[\w$]+)*\s*\[[^[\]]*$/.test(before)

const lineAt = (body: string, { line }: Position) => body.split('\n', line)[line - 1] ?? ''

/** Without the brackets and marks that stand between a name and its call. */
function textBefore(body: string, { line, column }: Position): string {
  const lines = body.split('\n', line)
  const last = (lines.pop() ?? '').slice(0, column - 1)
  const near = [...lines.slice(-5), last].join('\n').slice(-CHARS_MAX)
  return near.replace(/[\s)\]'"`?!]{1,200}$/, '')
}

/** Whether every place that names the tool calls it: what is only looked for need not be there. */
export function isCalledPlainly(path: string, body: string): boolean {
  const name = (path.split('.').at(-1) ?? path).replaceAll('$', '\\$')
  if (!/^[\w\\$]+$/.test(name)) return false
  const mentions = body.match(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g')) ?? []
  const calls = body.match(new RegExp(`\\.${name}\\(`, 'g')) ?? []
  return mentions.length > 0 && mentions.length === calls.length
}
