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

/** The best alignment, row by row: `ending` holds the scores of alignments whose last letter stands at a place. */
function wordScore(word: string, text: string, shape: string): number | null {
  if (!isSubsequence(word, text)) return null

  const none = Number.NEGATIVE_INFINITY
  let ending = new Array<number>(text.length).fill(none)
  let runBonus = new Array<number>(text.length).fill(0)
  for (let letter = 0; letter < word.length; letter += 1) {
    const nextEnding = new Array<number>(text.length).fill(none)
    const nextRunBonus = new Array<number>(text.length).fill(0)
    let afterGap = none
    for (let at = letter; at < text.length; at += 1) {
      const gapped = letter === 0 ? 0 : afterGap
      afterGap = Math.max(afterGap + GAP_EXTENSION, (ending[at - 1] ?? none) + GAP_START)
      if (text[at] !== word[letter]) continue

      const bonus = bonusAt(shape, at)
      const joined = letter === 0 ? none : (ending[at - 1] ?? none)
      const together = Math.max(bonus, runBonus[at - 1] ?? 0, BONUS_CONSECUTIVE)
      const apartScore = gapped + MATCH + (letter === 0 ? bonus * FIRST_LETTER_WEIGHT : bonus)
      const joinedScore = joined + MATCH + together
      const isJoined = joinedScore >= apartScore
      nextEnding[at] = isJoined ? joinedScore : apartScore
      nextRunBonus[at] = isJoined ? together : bonus
    }
    ending = nextEnding
    runBonus = nextRunBonus
  }
  return Math.max(...ending)
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
  const before = text[at - 1]
  if (before === undefined || before === '/') return BONUS_DELIMITER
  if (/[^\p{L}\p{N}]/u.test(before)) return BONUS_BOUNDARY
  const isCamel = /[\p{Ll}\p{N}]/u.test(before) && /\p{Lu}/u.test(text[at] ?? '')
  const isNumber = /[^\p{N}]/u.test(before) && /\p{N}/u.test(text[at] ?? '')
  return isCamel || isNumber ? BONUS_CAMEL : 0
}
