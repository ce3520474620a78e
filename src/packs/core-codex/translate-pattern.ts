/** Rewrites a regular expression of ripgrep's as JavaScript's. */

export interface TranslatedPattern {
  /** Sources of expressions for text of ASCII alone, and for any text: words and digits are more there. */
  readonly ascii: string
  readonly unicode: string
  readonly ignoresCase: boolean
  /** What every match holds, as it stands; empty where nothing is sure. */
  readonly literal: string
  /** The pattern is its literal and nothing else. */
  readonly isLiteral: boolean
  /** How many parts repeat, twice those of several letters: with more than one, a search may try every way there is. */
  readonly repeats: number
}

const POSIX_CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
}

const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}'
/** Outside of sets. None takes a newline, so that no match goes on over lines and long texts stay cheap. */
const ESCAPES: Readonly<Record<string, { readonly ascii: string; readonly unicode: string }>> = {
  A: { ascii: '^', unicode: '^' },
  z: { ascii: '$', unicode: '$' },
  a: { ascii: '\\x07', unicode: '\\x07' },
  d: { ascii: '\\d', unicode: '\\p{Nd}' },
  D: { ascii: '[^\\n\\d]', unicode: '[^\\n\\p{Nd}]' },
  s: { ascii: '[^\\S\\n]', unicode: '[^\\S\\n\\ufeff]' },
  w: { ascii: '\\w', unicode: `[${WORD}]` },
  W: { ascii: '[^\\n\\w]', unicode: `[^\\n${WORD}]` },
  b: { ascii: '\\b', unicode: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))` },
  B: { ascii: '\\B', unicode: `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))` },
}
const ESCAPES_IN_SETS: Readonly<Record<string, { readonly ascii: string; readonly unicode: string }>> = {
  a: { ascii: '\\x07', unicode: '\\x07' },
  d: { ascii: '\\d', unicode: '\\p{Nd}' },
  w: { ascii: '\\w', unicode: WORD },
}

const TOKENS =
  /(?<escape>\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|[pP](?:\{[^}]*\}|[A-Za-z])|.))|(?<set>\[\^?\]?(?:\[:\^?[a-z]+:\]|\\.|[^\]\\])*\])|(?<open>\((?:\?(?:P?<[A-Za-z_]\w*>|<?[=!]|[a-zA-Z-]*:|[a-zA-Z-]+\)))?)|(?<close>\))|(?<repeat>(?:[*+?]|\{\d+(?:,\d*)?\})\??)|(?<or>\|)|(?<dot>\.)|(?<edge>[\^$])|(?<plain>.)/gsu

/** What cannot be read comes out as it is, for the engine to complain of. */
export function translatePattern(pattern: string): TranslatedPattern {
  const [, flags = '', body = ''] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(pattern) ?? []
  const parts = withRepeatable(Array.from(body.matchAll(TOKENS), ({ groups = {} }) => partOf(groups)))
  const ignoresCase = flags.includes('i')
  const literal = ignoresCase ? '' : longestLiteral(parts)
  return {
    ascii: parts.map(({ ascii }) => ascii).join(''),
    unicode: parts.map(({ ascii, unicode = ascii }) => unicode).join(''),
    ignoresCase,
    literal,
    isLiteral: literal !== '' && parts.every(({ kind }) => kind === 'character'),
    repeats: parts.reduce((count, part, at) => count + repeatsOf(part, parts[at - 1]), 0),
  }
}

interface Part {
  readonly kind: 'character' | 'repeat' | 'open' | 'close' | 'or' | 'flags' | 'place' | 'other'
  readonly ascii: string
  /** Where it differs. */
  readonly unicode?: string
  /** Of a character: itself. */
  readonly character?: string
}

function repeatsOf({ kind }: Part, before: Part | undefined): number {
  if (kind !== 'repeat') return 0
  return before?.kind === 'close' ? 2 : 1
}

/** There, a place in the text may be repeated as well. */
function withRepeatable(parts: readonly Part[]): Part[] {
  return parts.map((part, at) =>
    part.kind === 'place' && parts[at + 1]?.kind === 'repeat'
      ? { ...part, ascii: `(?:${part.ascii})`, unicode: `(?:${part.unicode ?? part.ascii})` }
      : part,
  )
}

type Groups = Readonly<Record<string, string | undefined>>

function partOf({ escape: escaped, set, open, close, repeat, or, dot, edge, plain }: Groups): Part {
  const character = plain ?? (escaped === undefined ? null : literalEscape(escaped))
  if (character !== null) return { kind: 'character', ascii: quoted(character), character }
  if (escaped !== undefined) {
    const kind = /^\\[AzbB]$/.test(escaped) ? 'place' : 'other'
    return { kind, ...(ESCAPES[escaped.slice(1)] ?? { ascii: escapeSource(escaped) }) }
  }
  if (set !== undefined)
    return { kind: 'other', ascii: setSource(set, 'ascii'), unicode: setSource(set, 'unicode') }
  if (open !== undefined) return { kind: kindOfOpening(open), ascii: open.replace('(?P<', '(?<') }
  if (close !== undefined) return { kind: 'close', ascii: close }
  if (repeat !== undefined) return { kind: 'repeat', ascii: repeat }
  if (or !== undefined) return { kind: 'or', ascii: or }
  if (edge !== undefined) return { kind: 'place', ascii: edge }
  return { kind: 'other', ascii: dot === undefined ? '' : '[^\\n]' }
}

function kindOfOpening(opening: string): 'open' | 'flags' {
  return /^\(\?[a-zA-Z-]+[:)]$/.test(opening) ? 'flags' : 'open'
}

/** The longest text that every match holds; empty where nothing is sure. */
function longestLiteral(parts: readonly Part[]): string {
  // Flags in the middle change what stands behind them.
  if (parts.some(({ kind }) => kind === 'flags')) return ''
  let depth = 0
  let longest = ''
  let run: string[] = []
  for (const part of parts) {
    const { kind, character } = part
    if (kind === 'or' && depth === 0) return ''
    if (kind === 'character') {
      if (depth === 0 && character !== undefined) run.push(character)
      continue
    }
    // What may be absent is no part of what is sure.
    if (mayRepeatNever(part)) run.pop()
    longest = longerOf(longest, run.join(''))
    run = []
    depth += depthChange(part)
  }
  return longerOf(longest, run.join(''))
}

/** What stands before it may be absent. */
function mayRepeatNever({ kind, ascii }: Part): boolean {
  return kind === 'repeat' && !ascii.startsWith('+')
}

function depthChange({ kind }: Part): number {
  if (kind === 'open') return 1
  return kind === 'close' ? -1 : 0
}

function longerOf(a: string, b: string): string {
  return b.length > a.length ? b : a
}

const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v' }

/** The character that an escape stands for; null where it stands for more. */
function literalEscape(escaped: string): string | null {
  const code = /^\\[xu]\{?([0-9A-Fa-f]+)\}?$/.exec(escaped)?.[1]
  if (code !== undefined) {
    const point = Number.parseInt(code, 16)
    return point <= 0x10_ff_ff && !(point >= 0xd8_00 && point <= 0xdf_ff) ? String.fromCodePoint(point) : null
  }
  const letter = escaped.slice(1)
  return CONTROLS[letter] ?? (/^[^\p{L}\p{N}]$/u.test(letter) ? letter : null)
}

function quoted(character: string): string {
  if (character === '\n') return '\\n'
  return /^[\\^$.*+?()[\]{}|/]$/.test(character) ? `\\${character}` : character
}

/** `\pL` is `\p{L}` there, and a script may go by its name alone. */
function escapeSource(escaped: string): string {
  const property = /^\\([pP])(?:\{(\^?)([^}]*)\}|(.))$/.exec(escaped)
  if (property === null) return escaped
  const [, letter = 'p', negation = '', braced, single] = property
  const name = braced ?? single ?? ''
  const sign = negation === '' ? letter : letter === 'p' ? 'P' : 'p'
  for (const source of [name, `Script=${name}`]) {
    try {
      new RegExp(`\\p{${source}}`, 'u')
      return `\\${sign}{${source}}`
    } catch {
      // Perhaps the other one.
    }
  }
  return escaped
}

const SET_TOKENS =
  /\[:(?<not>\^?)(?<posix>[a-z]+):\]|(?<escape>\\(?:x\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{2}|u\{[0-9A-Fa-f]+\}|u[0-9A-Fa-f]{4}|[pP](?:\{[^}]*\}|[A-Za-z])|.))|(?<special>[\]\\[])/gsu

function setSource(set: string, kind: 'ascii' | 'unicode'): string {
  const isNegated = set.startsWith('[^')
  const inner = set.slice(isNegated ? 2 : 1, -1).replaceAll(SET_TOKENS, (...found) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>
    if (groups.special !== undefined) return `\\${groups.special}`
    if (groups.posix !== undefined) return posixClass(groups.posix, groups.not === '^') ?? String(found[0])
    const escaped = groups.escape ?? ''
    const known = ESCAPES_IN_SETS[escaped.slice(1)]?.[kind]
    if (known !== undefined) return known
    const character = literalEscape(escaped)
    if (character === null) return escapeSource(escaped)
    return character === '-' ? '\\-' : character === '\n' ? '\\n' : quoted(character)
  })
  // A line's end is no part of a line, so what is not in a set is never one.
  return isNegated ? `[^\\n${inner}]` : `[${inner}]`
}

function posixClass(name: string, isNegated: boolean): string | undefined {
  const members = POSIX_CLASSES[name]
  if (members === undefined || !isNegated) return members
  const others: number[] = []
  const member = new RegExp(`[${members}]`)
  for (let code = 0; code < 128; code += 1) if (!member.test(String.fromCharCode(code))) others.push(code)
  return `${others.map((code) => `\\x${code.toString(16).padStart(2, '0')}`).join('')}\\u0080-\\u{10ffff}`
}
