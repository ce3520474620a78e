/** Says how well a few letters name a path. */

// The weights of fzf, which upstream's matcher shares.
const MATCH = 16
const GAP_START = -3
const GAP_EXTENSION = -1
const BONUS_DELIMITER = 9
const BONUS_BOUNDARY = 8
const BONUS_CAMEL = 7
const BONUS_CONSECUTIVE = 4
const FIRST_LETTER_WEIGHT = 2

/**
 * A query's score for a path: higher is better, null when it does not fit.
 *
 * The letters of each word must come in their order, case ignored. Best are letters that begin a name or a part of it,
 * and letters that stand together.
 *
 * @param words In lower case.
 */
export function fuzzyScore(words: readonly string[], path: string): number | null {
  const lower = path.toLowerCase()
  // Lowering can lengthen a letter; the marks of the original are then of no use.
  const shape = lower.length === path.length ? path : lower
  let total = 0
  for (const word of words) {
    const score = wordScore(word, lower, shape)
    if (score === null) return null
    total += score
  }
  return total
}

interface Row {
  /** At each place, the score of the best alignment whose last letter stands there. */
  readonly scores: Int32Array
  /** What a letter that joins it there gets at least. */
  readonly runBonuses: Int32Array
}

/** Kept, because a search scores paths by the ten thousand. */
let table = makeTable(256)

function makeTable(length: number) {
  const row = (): Row => ({ scores: new Int32Array(length), runBonuses: new Int32Array(length) })
  return { rows: [row(), row()] as const, bonuses: new Int32Array(length) }
}

/** Below any score, and far enough from the least number to be added to. */
const NONE = -1_000_000_000

/** The best alignment, row by row, a row for each letter. */
function wordScore(word: string, text: string, shape: string): number | null {
  if (!isSubsequence(word, text)) return null

  const { length } = text
  if (table.bonuses.length < length) table = makeTable(length * 2)
  const { bonuses } = table
  for (let at = 0; at < length; at += 1) bonuses[at] = bonusAt(shape, at)

  let [row, next] = table.rows
  for (let letter = 0; letter < word.length; letter += 1) {
    if (letter === 0) fillFirst(next, text, word.charCodeAt(0), bonuses)
    else fillNext(next, row, { text, code: word.charCodeAt(letter), bonuses })
    ;[row, next] = [next, row]
  }
  let best = NONE
  for (let at = 0; at < length; at += 1) best = Math.max(best, row.scores[at] ?? NONE)
  return best
}

function fillFirst({ scores, runBonuses }: Row, text: string, code: number, bonuses: Int32Array): void {
  for (let at = 0; at < text.length; at += 1) {
    const isHere = text.charCodeAt(at) === code
    const bonus = bonuses[at] ?? 0
    scores[at] = isHere ? MATCH + bonus * FIRST_LETTER_WEIGHT : NONE
    runBonuses[at] = isHere ? bonus : 0
  }
}

function fillNext(
  row: Row,
  above: Row,
  { text, code, bonuses }: { readonly text: string; readonly code: number; readonly bonuses: Int32Array },
): void {
  let afterGap = NONE
  for (let at = 0; at < text.length; at += 1) {
    const before = at === 0 ? NONE : (above.scores[at - 1] ?? NONE)
    const gapped = afterGap
    afterGap = Math.max(afterGap + GAP_EXTENSION, before + GAP_START)
    row.scores[at] = NONE
    row.runBonuses[at] = 0
    if (text.charCodeAt(at) !== code) continue

    const bonus = bonuses[at] ?? 0
    const together = Math.max(bonus, at === 0 ? 0 : (above.runBonuses[at - 1] ?? 0), BONUS_CONSECUTIVE)
    const apart = gapped + MATCH + bonus
    const joined = before + MATCH + together
    row.scores[at] = Math.max(joined, apart)
    row.runBonuses[at] = joined >= apart ? together : bonus
  }
}

function isSubsequence(word: string, text: string): boolean {
  let from = 0
  for (const letter of word) {
    const at = text.indexOf(letter, from)
    if (at === -1) return false
    from = at + letter.length
  }
  return true
}

function bonusAt(text: string, at: number): number {
  if (at === 0) return BONUS_DELIMITER
  const before = kindOf(text, at - 1)
  if (before === Kind.delimiter) return BONUS_DELIMITER
  if (before === Kind.other) return BONUS_BOUNDARY
  const here = kindOf(text, at)
  const isCamel = (before === Kind.lower || before === Kind.digit) && here === Kind.upper
  return isCamel || (before !== Kind.digit && here === Kind.digit) ? BONUS_CAMEL : 0
}

const Kind = { delimiter: 0, other: 1, lower: 2, upper: 3, letter: 4, digit: 5 } as const
type Kind = (typeof Kind)[keyof typeof Kind]
const KINDS_OF_ASCII = Array.from({ length: 128 }, (_, code) => kindOfCharacter(String.fromCharCode(code)))

function kindOf(text: string, at: number): Kind {
  return KINDS_OF_ASCII[text.charCodeAt(at)] ?? kindOfCharacter(text.charAt(at))
}

function kindOfCharacter(character: string): Kind {
  if (character === '/') return Kind.delimiter
  if (/\p{N}/u.test(character)) return Kind.digit
  if (/\p{Ll}/u.test(character)) return Kind.lower
  if (/\p{Lu}/u.test(character)) return Kind.upper
  return /\p{L}/u.test(character) ? Kind.letter : Kind.other
}
