/** Finding a tool by words, and reading its type. */

import { nearestNames } from '../std/nearest.ts'
import { approximateTokens } from '../std/truncate.ts'
import { declaration, declarations } from './declarations.ts'
import type { RegisteredTool, ToolSet } from './tool-set.ts'

/** Tokens that the declarations of all tools may cost before an index replaces them. */
const DECLARATION_TOKENS_MAX = 6000

/**
 * What a model is shown of a thread's tools: whole declarations while they fit, else a line for each.
 *
 * @returns `isWhole`: whether the declarations are there, so that nothing is left to find.
 */
export function scriptCatalogue(
  set: ToolSet,
  tokensMax = DECLARATION_TOKENS_MAX,
): { readonly catalogue: string; readonly isWhole: boolean } {
  const whole = declarations(set.scriptTools)
  if (approximateTokens(whole) <= tokensMax) return { catalogue: whole, isWhole: true }
  return { catalogue: set.scriptTools.map(indexLine).join('\n'), isWhole: false }
}

/** One line of what a tool does. */
export function indexLine(entry: RegisteredTool): string {
  const [first = ''] = entry.tool.description.split(/(?<=[.!?])\s|\n/)
  return `tools.${entry.scriptPath}: ${first.trim()}`
}

/** Tools whose names or descriptions hold the words, best first. */
export function findTools(set: ToolSet, words: string, countMax = 10): { path: string; summary: string }[] {
  const wanted = words.toLowerCase().split(/\W+/).filter(Boolean)
  const ranked = set.scriptTools
    .map((entry) => ({ entry, score: scoreOf(entry, wanted) }))
    .filter(({ score }) => score > 0)
  ranked.sort((a, b) => b.score - a.score || (a.entry.scriptPath < b.entry.scriptPath ? -1 : 1))
  return ranked.slice(0, countMax).map(({ entry }) => ({ path: entry.scriptPath, summary: indexLine(entry) }))
}

function scoreOf({ scriptPath, tool }: RegisteredTool, words: readonly string[]): number {
  const name = scriptPath.toLowerCase()
  const text = tool.description.toLowerCase()
  let score = 0
  for (const word of words) score += (name.includes(word) ? 3 : 0) + (text.includes(word) ? 1 : 0)
  return score
}

/** A tool's declaration, or which paths were probably meant. */
export function describeTool(set: ToolSet, path: string): string {
  const entry = set.inScript(path) ?? set.inScript(path.replace(/^tools\./, ''))
  if (entry !== undefined) return declaration(entry)
  const near = nearestNames(
    path,
    set.scriptTools.map(({ scriptPath }) => scriptPath),
  )
  return near.length === 0
    ? `There is no tool tools.${path}; tools.find(words) looks for one.`
    : `There is no tool tools.${path}; did you mean ${near.map((name) => `tools.${name}`).join(' or ')}?`
}
