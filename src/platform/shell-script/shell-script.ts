/** Reads a shell script into its commands, without running it. */

import type { Node } from 'web-tree-sitter'
import { hidesSubstitution } from './indirect-run.ts'
import { type ScriptWord, scriptWord } from './script-word.ts'
import { createPatience, type Patience, readTree } from './shell-grammar.ts'

/** A command's words, the program first; null for a word that only the running script knows. */
export type CommandWords = readonly (string | null)[]

export interface ShellCommand {
  readonly words: CommandWords
}

export interface ShellScript {
  /**
   * The commands of a plain script, in order; null when it is not plain.
   *
   * Codex's rule for what can be judged command by command: words, numbers and quoted text without expansion, joined by
   * `&&`, `||`, `;`, `|` and line ends, and nothing else: no redirection, substitution, variable, assignment, control
   * flow, subshell, background, here-document or comment. A pattern (`*.ts`) is a plain word, except as the program.
   */
  readonly plainCommands: readonly (readonly string[])[] | null
  /** Every command anywhere in it, in order; in a plain script one for each of `plainCommands`. */
  readonly commands: readonly ShellCommand[]
  /** Whether a shell may see other commands in it: the grammar stumbled, or shells differ from it there. */
  readonly hasError: boolean
  /** Whether text in it, which is not read here, may be run: that of `PS4`, `${a@P}`, an index in a quoted name. */
  readonly isOpaque: boolean
}

/** A program that nobody knows stands for all that could not be read. */
const UNREADABLE: ShellScript = {
  plainCommands: null,
  commands: [{ words: [null] }],
  hasError: true,
  isOpaque: true,
}

const PLAIN_NODES = new Set([
  ...['program', 'list', 'pipeline', 'command', 'command_name', 'concatenation'],
  ...['word', 'number', 'string', 'string_content', 'raw_string', '&&', '||', ';', '|', '"'],
])
const DECLARATIONS = new Set(['declaration_command', 'unset_command'])
/** Text in which blanks and backslashes mean themselves. */
const TEXTS = new Set([...['string', 'heredoc_body', 'expansion', 'arithmetic_expansion', 'regex']])
/** Leaves in which a shell expands nothing. */
const INERT_LEAVES = new Set(['raw_string', 'ansi_c_string', 'comment', 'heredoc_start', 'heredoc_end'])

/**
 * Read a shell script, by the grammar of bash.
 *
 * What cannot be read at all (too long, too slow to read, NUL, half a character) is not plain, has an error, and counts
 * as one command whose program is unknown.
 */
export async function parseShellScript(script: string): Promise<ShellScript> {
  return await parseWithPatience(script, createPatience())
}

/** The same for one of several scripts, whose patience is one. */
export async function parseWithPatience(script: string, patience: Patience): Promise<ShellScript> {
  return (await readTree(script, patience, (root) => readScript(root, script, patience))) ?? UNREADABLE
}

function readScript(root: Node, script: string, patience: Patience): ShellScript | null {
  const commands: ShellCommand[] = []
  const plainCommands: string[][] = []
  const lateArguments = new Map<number, Node[]>()
  let hasError = root.hasError
  let isOpaque = false
  let isPlain = true

  // Not by recursion: a script may be nested as deep as it is long.
  const waiting: Node[] = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (patience.isOver()) return null
    const { type, children } = node
    isPlain &&= PLAIN_NODES.has(type)
    hasError ||= isDoubtful(node, children, script)
    isOpaque ||= runsText(node)

    if (type === 'redirected_statement') {
      const isKept = keepLateArguments(node, children, lateArguments)
      hasError ||= !isKept
    }
    const words = wordsOf(node, children, lateArguments.get(node.id))
    if (words.length > 0) {
      commands.push({ words: words.map((word) => word.literal) })
      isPlain &&= isPlainCommand(words)
      if (isPlain) plainCommands.push(words.flatMap((word) => word.plain ?? []))
    }
    for (const child of childrenThatRun(children).toReversed()) waiting.push(child)
  }

  hasError ||= hasTextAround(root, script)
  return { plainCommands: isPlain && !hasError ? plainCommands : null, commands, hasError, isOpaque }
}

/** Whether text lies outside the first and last token, where it belongs to no node's children. */
function hasTextAround(root: Node, script: string): boolean {
  return !isBlank(script.slice(0, root.startIndex)) || !isBlank(script.slice(root.endIndex))
}

/** The children, without the text of a here-document in which nothing is expanded. */
function childrenThatRun(children: Node[]): Node[] {
  const start = children.find((child) => child.type === 'heredoc_start')
  const isInert = start !== undefined && /['"\\]/.test(start.text)
  return isInert ? children.filter((child) => child.type !== 'heredoc_body') : children
}

function isPlainCommand(words: readonly ScriptWord[]): boolean {
  return words.every((word) => word.plain !== null) && words[0]?.literal != null
}

/** The words of a node that is a command; none for any other node. */
function wordsOf(node: Node, children: readonly Node[], late: readonly Node[] = []): ScriptWord[] {
  const [first] = children
  if (node.type === 'command') {
    // A command may be nothing but assignments or redirections before a name that is missing.
    return [...children, ...late].flatMap((child) => wordOfCommand(child))
  }
  const isBracket = node.type === 'test_command' && first?.type === '['
  if (first === undefined || !(isBracket || DECLARATIONS.has(node.type))) return []
  const unknown = { literal: null, plain: null }
  return [{ literal: first.text, plain: null }, unknown]
}

function wordOfCommand(child: Node): ScriptWord[] {
  if (child.type === 'command_name') return child.firstChild === null ? [] : [scriptWord(child.firstChild)]
  const isNoWord = /^(?:variable_assignments?|comment|ERROR|\w+_redirect)$/.test(child.type)
  return isNoWord ? [] : [scriptWord(child)]
}

/**
 * Keep the words after a statement's redirections for its command, by the command's id.
 *
 * @returns False when there are such words, but no command that they belong to.
 */
function keepLateArguments(
  statement: Node,
  children: readonly Node[],
  lateArguments: Map<number, Node[]>,
): boolean {
  const late = children.flatMap(argumentsAfter)
  const command = lastCommand(statement)
  if (command === null) return late.length === 0
  // A statement may stand in another; the inner one's words come first, and it is visited later.
  lateArguments.set(command.id, [...late, ...(lateArguments.get(command.id) ?? [])])
  return true
}

/** Words that follow a redirection's target, which a shell gives to the command: `rm >log -r x`. */
function argumentsAfter(redirection: Node): Node[] {
  const { type } = redirection
  if (type === 'file_redirect') return redirection.childrenForFieldName('destination').slice(1)
  return type === 'heredoc_redirect' ? redirection.childrenForFieldName('argument') : []
}

/** The command that ends a statement, to which its redirections belong. */
function lastCommand(statement: Node): Node | null {
  let node = statement.childForFieldName('body')
  while (node !== null && /^(?:list|pipeline|negated_command|redirected_statement)$/.test(node.type)) {
    node = node.type === 'redirected_statement' ? node.childForFieldName('body') : node.lastNamedChild
  }
  return node?.type === 'command' ? node : null
}

/** Variables whose text a shell, or a program that it starts, runs. */
const CODE_VARIABLES =
  /^(?:PS4|PS0|PROMPT_COMMAND|BASH_ENV|ENV|LD_PRELOAD|LD_AUDIT|GIT_SSH_COMMAND)(?:\+?=|\[)/

function runsText(node: Node): boolean {
  switch (node.type) {
    case 'variable_assignment':
      return CODE_VARIABLES.test(node.text)
    case 'expansion':
      return /@P\}$/.test(node.text)
    case 'raw_string':
    case 'ansi_c_string':
    case 'string':
      return hidesSubstitution(node.text) && isTakenAsName(node)
    default:
      return false
  }
}

/** Whether the text may become a name or arithmetic: in a test, an assignment, a calculation. */
function isTakenAsName({ type, text, parent }: Node): boolean {
  // A substitution that stands open in the text is found by itself.
  if (type === 'string' && !/\\[$`]/.test(text)) return false
  const holder = parent?.type === 'concatenation' ? parent.parent : parent
  // Whether a command takes names is for its own name to say.
  return holder?.type !== 'command' && holder?.type !== 'command_name'
}

/** Whether shells and the grammar may take this node for different things. */
function isDoubtful(node: Node, children: readonly Node[], script: string): boolean {
  if (children.length === 0) {
    if (!node.isNamed || INERT_LEAVES.has(node.type)) return false
    return /`|[$<>]\(/.test(node.text.replace(/\\./gs, ''))
  }
  // Inside of backquotes a shell takes one backslash away before it reads.
  if (node.type === 'command_substitution' && children[0]?.type === '`' && node.text.includes('\\'))
    return true
  // After a bare `==` the grammar takes lines for one pattern.
  if (node.type === 'command' && children.some((child) => child.type === 'regex')) return true
  if (TEXTS.has(node.type)) return false
  return children.some((child, index) => {
    const before = children[index - 1]
    return before !== undefined && !isBlank(script.slice(before.endIndex, child.startIndex))
  })
}

/**
 * Whether the text between two tokens is what divides words in every shell.
 *
 * The grammar also takes a carriage return, a form feed or a joined line (`r\` and `m` on the next one) as such.
 */
function isBlank(gap: string): boolean {
  return gap === '' || (/^(?:[ \t\n]|\\\n)*$/.test(gap) && /[ \t]|(?<!\\)\n/.test(gap))
}
