/** Reads the front matter of a SKILL.md: the part of YAML that such files are written in. */

/** Texts by key; those of nested maps by their path, such as `metadata.short-description`. */
export type FrontMatter =
  | { readonly ok: true; readonly values: ReadonlyMap<string, string>; readonly body: string }
  | { readonly ok: false; readonly problem: string }

const FENCE = /^---[ \t]*$/
const END = /^(?:---|\.\.\.)[ \t]*$/
const KEY = /^(["']?)(\w[\w./-]*)\1[ \t]*:(?:[ \t]+(.*))?$/s
const BLOCK = /^[|>](?:[1-9]?[+-]?|[+-][1-9]?)(?:[ \t]+#.*)?$/

/**
 * Reads maps of texts: plain ones over one or several lines, quoted ones, and blocks after `|` and `>`. A value is one
 * line, however it is broken in the file.
 *
 * A plain text may hold `: `, which YAML forbids and such files do all the same. Lists, anchors and whatever else stands
 * in values are kept as text, or passed over: nobody asks for them.
 */
export function readFrontMatter(text: string): FrontMatter {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (!FENCE.test(lines[0] ?? '')) return problem('it does not begin with a line ---')
  const end = lines.findIndex((line, index) => index > 0 && END.test(line))
  if (end === -1) return problem('its front matter has no end: a second line --- is missing')

  const values = new Map<string, string>()
  const read = readMap(lines.slice(1, end), 2, '', values)
  return read === null ? { ok: true, values, body: lines.slice(end + 1).join('\n') } : problem(read)
}

const problem = (what: string): FrontMatter => ({ ok: false, problem: what })

/** @returns What is wrong with it, or null. */
function readMap(
  lines: readonly string[],
  firstLine: number,
  prefix: string,
  values: Map<string, string>,
): string | null {
  const depth = Math.min(...lines.filter(isContent).map(indentOf))
  let index = 0
  while (index < lines.length) {
    const line = lines[index] ?? ''
    if (!isContent(line)) {
      index += 1
      continue
    }
    const where = `line ${firstLine + index}`
    const entry = indentOf(line) === depth ? KEY.exec(line.slice(depth)) : null
    if (entry === null) return `${where} is no "key: value"`
    const [, , key = '', rest = ''] = entry
    if (values.has(prefix + key)) return `${where} gives ${prefix}${key} a second time`

    const below = belowOf(lines, index, depth)
    const wrong = readValue(
      { line: firstLine + index, prefix, key, first: withoutComment(rest), below },
      values,
    )
    if (wrong !== null) return wrong
    index += 1 + below.length
  }
  return null
}

interface Entry {
  /** Its number in the file. */
  readonly line: number
  readonly prefix: string
  readonly key: string
  /** What stands behind the key. */
  readonly first: string
  readonly below: readonly string[]
}

/** @returns What is wrong with it, or null. */
function readValue({ line, prefix, key, first, below }: Entry, values: Map<string, string>): string | null {
  const nested = below.find(isContent)
  if (first === '' && nested !== undefined && KEY.test(nested.trim()))
    return prefix === '' ? readMap(below, line + 1, `${key}.`, values) : null

  const value = readText(first, below)
  if (value === null) return `line ${line}: the quoted text has no end`
  values.set(prefix + key, value)
  return null
}

/** The lines that belong to the entry in line `index`: blank ones, and those that stand deeper. */
function belowOf(lines: readonly string[], index: number, depth: number): readonly string[] {
  const next = lines.findIndex((line, at) => at > index && line.trim() !== '' && !isDeeper(line, depth))
  return lines.slice(index + 1, next === -1 ? lines.length : next)
}

/** A list may stand as deep as its key. */
function isDeeper(line: string, depth: number): boolean {
  return indentOf(line) > depth || (indentOf(line) === depth && /^[ \t]*-(?:\s|$)/.test(line))
}

function readText(first: string, below: readonly string[]): string | null {
  if (BLOCK.test(first)) return joined(below)
  if (first.startsWith('"') || first.startsWith("'")) return readQuoted(joined([first, ...below]))
  return joined([first, ...below.map(withoutComment)])
}

const joined = (lines: readonly string[]): string =>
  lines
    .map((line) => line.trim())
    .join(' ')
    .trim()

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0' }

/** @returns Null where the second quotation mark is missing, or something stands behind it. */
function readQuoted(text: string): string | null {
  const single = /^'((?:[^']|'')*)'(?:\s*#.*)?$/.exec(text)
  if (single !== null) return (single[1] ?? '').replaceAll("''", "'")
  const double = /^"((?:[^"\\]|\\.)*)"(?:\s*#.*)?$/s.exec(text)
  if (double === null) return null
  return (double[1] ?? '').replaceAll(
    /\\(?:u([\da-fA-F]{4})|x([\da-fA-F]{2})|(.))/gs,
    (_, four?: string, two?: string, one = '') => {
      const code = four ?? two
      return code === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16))
    },
  )
}

function withoutComment(text: string): string {
  const trimmed = text.trim()
  if (trimmed.startsWith('"') || trimmed.startsWith("'")) return trimmed
  const at = trimmed.search(/(?:^|\s)#/)
  return at === -1 ? trimmed : trimmed.slice(0, at).trimEnd()
}

const isContent = (line: string): boolean => !/^\s*(?:#|$)/.test(line)
const indentOf = (line: string): number => /^[ \t]*/.exec(line)?.[0].length ?? 0
