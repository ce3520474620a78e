/** Spells a command's words as one line, for people and for events. */

const PLAIN = /[A-Za-z0-9+\-./:@\]_]/

/** The ways in which a run of characters may stand, dearest first. */
const WAYS = [
  { allows: (char: string) => PLAIN.test(char), write: (text: string) => text },
  { allows: (char: string) => !/['^\\]/.test(char), write: (text: string) => `'${text}'` },
  {
    allows: (char: string) => !/[`$!^]/.test(char),
    write: (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`,
  },
]

/**
 * The words with spaces between, each quoted where a shell would need it.
 *
 * The rules are those of the Rust crate `shlex`, whose spelling Codex's events carry: as long a run as one way of
 * quoting can hold, bare before single before double quotes; `^` begins a run, and always in single quotes.
 */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  if (word === '') return "''"
  let quoted = ''
  for (let from = 0; from < word.length; ) {
    const { length, write } = longestRun(word, from)
    quoted += write(word.slice(from, from + length))
    from += length
  }
  return quoted
}

function longestRun(word: string, from: number) {
  const startsWithCaret = word[from] === '^'
  let ways = startsWithCaret ? WAYS.slice(1, 2) : WAYS
  let at = startsWithCaret ? from + 1 : from
  for (; at < word.length; at += 1) {
    const char = word.charAt(at)
    const still = ways.filter((way) => way.allows(char))
    if (still.length === 0) break
    ways = still
  }
  return { length: at - from, write: (text: string) => (ways[0]?.write ?? String)(text) }
}
