/** Puts lines together from pieces of text. */

/** Joined one to another, a line of a million pieces would be a chain of a million strings in memory. */
const PIECES_MAX = 1024

export interface LineAssembler {
  push(delta: string): void
  /** Nothing more comes: what has no LF is a line too. */
  finish(): void
}

/** @param take Called with each line once its LF has come; the LF is left out. */
export function createLineAssembler(take: (line: string) => void): LineAssembler {
  const blocks: string[] = []
  const pieces: string[] = []

  function add(piece: string): void {
    pieces.push(piece)
    if (pieces.length === PIECES_MAX) blocks.push(pieces.splice(0).join(''))
  }

  const rest = () => blocks.splice(0).join('') + pieces.splice(0).join('')

  return {
    push(delta) {
      let from = 0
      for (let end = delta.indexOf('\n'); end !== -1; end = delta.indexOf('\n', from)) {
        const line = rest() + delta.slice(from, end)
        from = end + 1
        take(line)
      }
      if (from < delta.length) add(delta.slice(from))
    },
    finish() {
      const line = rest()
      if (line !== '') take(line)
    },
  }
}
