/** Recognises a script that does nothing but hand a here-document to one program. */

import type { Node } from 'web-tree-sitter'
import { createPatience, readTree } from './shell-grammar.ts'

export interface HeredocCall {
  readonly program: string
  /** What one `cd` before it names; null without one. */
  readonly folder: HeredocFolder | null
  /** The here-document as it stands, its last line end included; nothing in it is expanded. */
  readonly body: string
}

export interface HeredocFolder {
  /** As written, quotes taken away. */
  readonly path: string
  /** Whether a shell would go somewhere else: by `~`, `-`, a pattern or an expansion. */
  readonly isExpanded: boolean
}

/**
 * Read `PROGRAM <<END … END` or `cd FOLDER && PROGRAM <<END … END`: these, and nothing before, between or after.
 *
 * Codex's rule, with its fine print: the program is a bare word without arguments; FOLDER is one word, or one text in
 * quotes; assignments may stand before the program, a comment may stand nowhere.
 */
export async function readHeredocCall(script: string): Promise<HeredocCall | null> {
  return await readTree(script, createPatience(), readCall)
}

function readCall(root: Node): HeredocCall | null {
  const [statement, ...others] = root.children
  if (root.hasError || statement?.type !== 'redirected_statement' || others.length > 0) return null
  const [body, redirect, ...more] = statement.children
  if (body === undefined || more.length > 0 || !hasChildren(redirect, HEREDOC)) return null

  const [change, and, call] = body.type === 'list' ? body.children : [null, null, body]
  const program = call === undefined ? null : programWithoutArguments(call)
  if (program === null) return null
  if (and !== null && and?.type !== '&&') return null
  const folder = change == null ? null : folderOf(change)
  if (change !== null && folder === null) return null
  return { program, folder, body: redirect?.children[2]?.text ?? '' }
}

const HEREDOC = ['<<', 'heredoc_start', 'heredoc_body', 'heredoc_end']

function hasChildren(node: Node | undefined, types: readonly string[]): boolean {
  if (node === undefined) return false
  const found = node.children.map((child) => (child.type === '<<-' ? '<<' : child.type))
  return found.join(' ') === types.join(' ')
}

function programWithoutArguments(call: Node): string | null {
  if (call.type !== 'command') return null
  const [name, ...more] = call.children.filter((child) => child.type !== 'variable_assignment')
  const word = name?.type === 'command_name' ? name.firstChild : null
  return word?.type === 'word' && more.length === 0 ? word.text : null
}

function folderOf(change: Node): HeredocFolder | null {
  const [name, folder, ...more] = change.type === 'command' ? change.children : []
  if (name?.type !== 'command_name' || name.text !== 'cd' || folder === undefined || more.length > 0)
    return null
  const { type, text } = folder
  if (type === 'word') {
    const path = text.replace(/\\(.)/gs, '$1')
    const isExpanded = text === '-' || text.startsWith('~') || /[*?[]/.test(text.replace(/\\./gs, ''))
    return { path, isExpanded }
  }
  if (type === 'raw_string') return { path: text.slice(1, -1), isExpanded: false }
  if (type !== 'string' || folder.namedChildCount === 0) return null
  if (folder.namedChildren.some((child) => child.type === 'command_substitution')) return null
  const isExpanded = folder.namedChildren.some((child) => child.type !== 'string_content')
  return { path: text.slice(1, -1).replace(/\\([$`"\\])/g, '$1'), isExpanded }
}
