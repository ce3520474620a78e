/** What a word of a script says, as far as that is known before the script runs. */

import type { Node } from 'web-tree-sitter'

export interface ScriptWord {
  /** The word as the program gets it; null when a shell has still to make it: by expansion, a pattern or braces. */
  readonly literal: string | null
  /** The word as Codex's rule for plain scripts takes it, patterns as they stand; null when the script is not plain. */
  readonly plain: string | null
}

const UNKNOWN: ScriptWord = { literal: null, plain: null }
/** Stands for a quoted part where only the unquoted parts matter. */
const QUOTED = '"'

export function scriptWord(node: Node): ScriptWord {
  const parts = node.type === 'concatenation' ? node.children : [node]
  const texts = parts.map(partText)
  if (texts.some((text) => text === null)) return UNKNOWN

  const text = texts.join('')
  const bare = parts.map((part) => (isBare(part) ? part.text.replace(/\\./gs, QUOTED) : QUOTED)).join('')
  // Braces make several words of one.
  if (/\{.*(?:,|\.\.).*\}/s.test(bare)) return UNKNOWN
  const isPattern = /[*?[]|[@!+]\(/.test(bare)
  const isPlain = parts.every((part) => part.type !== 'ansi_c_string' && part.isNamed)
  return { literal: isPattern ? null : text, plain: isPlain ? text : null }
}

function isBare(part: Node): boolean {
  return part.type === 'word' || part.type === 'number'
}

function partText(part: Node): string | null {
  const { type, text } = part
  switch (type) {
    case 'word':
    case 'number':
      return text.replace(/\\(\n|.)/gs, (_, char: string) => (char === '\n' ? '' : char))
    case 'raw_string':
      return text.slice(1, -1)
    case 'ansi_c_string':
      return text.includes('\\') ? null : text.slice(2, -1)
    case 'string':
      return part.children.every((child) => child.type === 'string_content' || child.type === '"')
        ? text.slice(1, -1).replace(/\\([$`"\\\n])/g, (_, char: string) => (char === '\n' ? '' : char))
        : null
    case '$':
    case '==':
    case '=~':
      return text
    default:
      return null
  }
}
