/** The grammar of shell scripts: loaded when a script is first read, then shared by the whole process. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Node, Parser } from 'web-tree-sitter'

/** Linux starts no program with a longer argument, so no shell gets a longer script by `-c`. */
const CHARACTERS_MAX = 128 * 1024
/** Read however long it takes: on a busy machine a short script may take long, and must not be judged by that. */
const CHARACTERS_FREE = 8 * 1024
/** What lies beyond may take this long, while the whole thread waits. */
const READING_MS_MAX = 1000

let loading: Promise<Parser> | undefined

/** How long one may read: one for all the scripts of a command. */
export interface Patience {
  /** Say how much is to be read next. */
  begin(characters: number): void
  isOver(): boolean
}

export function createPatience(): Patience {
  let begun = 0
  let endsAt = Number.POSITIVE_INFINITY
  return {
    begin(characters) {
      begun += characters
      if (begun > CHARACTERS_FREE) endsAt = Math.min(endsAt, performance.now() + READING_MS_MAX)
    },
    isOver: () => performance.now() > endsAt,
  }
}

/**
 * Read a script and look at its tree, which is freed afterwards.
 *
 * @returns What `look` gave; null for a script that is too long, takes too long, or holds what no shell could be given.
 */
export async function readTree<Result>(
  script: string,
  patience: Patience,
  look: (root: Node) => Result | null,
): Promise<Result | null> {
  if (script.length > CHARACTERS_MAX || script.includes('\0') || !script.isWellFormed()) return null
  const parser = await shellParser()
  patience.begin(script.length)
  const tree = parser.parse(script, null, { progressCallback: patience.isOver })
  if (tree === null) {
    // Without this the next script would be read as the rest of this one.
    parser.reset()
    return null
  }
  try {
    return look(tree.rootNode)
  } finally {
    tree.delete()
  }
}

function shellParser(): Promise<Parser> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<Parser> {
  const { Language, Parser } = await import('web-tree-sitter')
  const resolve = createRequire(import.meta.url).resolve
  await Parser.init({ wasmBinary: await readFile(resolve('web-tree-sitter/web-tree-sitter.wasm')) })
  const language = await Language.load(await readFile(grammarFile(resolve)))
  return new Parser().setLanguage(language)
}

/** From source, where the grammar was installed; in the package, beside the chunk that this file became. */
function grammarFile(resolve: (name: string) => string): string | URL {
  return import.meta.url.endsWith('.ts')
    ? resolve('tree-sitter-bash/tree-sitter-bash.wasm')
    : new URL('./tree-sitter-bash.wasm', import.meta.url)
}
