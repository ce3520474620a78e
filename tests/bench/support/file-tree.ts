/** A large tree of small source files, in a temporary folder. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const FILES_IN_FOLDER = 20
/** One file of so many holds the word that a search looks for. */
const NEEDLE_EVERY = 100

export const NEEDLE = 'needleOfThisBench'

export interface FileTree extends AsyncDisposable {
  readonly root: string
}

/** Two to four kibibytes a file, twenty files a folder, folders four levels deep, and rules that name files to ignore. */
export async function fileTree(fileCount: number): Promise<FileTree> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'codex-ts-bench-')))
  const line = 'export function total(prices: readonly number[]): number {\n  return prices.length\n}\n\n'
  mkdirSync(path.join(root, '.git'))
  writeFileSync(
    path.join(root, '.gitignore'),
    'node_modules/\n*.log\n/build/\n!keep.log\n**/generated/*.ts\n',
  )
  for (let number = 0; number < fileCount; number += 1) {
    const folderNumber = Math.floor(number / FILES_IN_FOLDER)
    const folder = path.join(
      root,
      `package-${Math.floor(folderNumber / 250)}`,
      `src-${Math.floor(folderNumber / 25) % 10}`,
      `module-${folderNumber % 25}`,
    )
    if (number % FILES_IN_FOLDER === 0) mkdirSync(folder, { recursive: true })
    const text = `// ${number}\n${line.repeat(25 + (number % 20))}`
    const needle = number % NEEDLE_EVERY === 0 ? `const ${NEEDLE} = ${number}\n` : ''
    writeFileSync(path.join(folder, `file-${number % FILES_IN_FOLDER}.ts`), text + needle)
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) }
}
