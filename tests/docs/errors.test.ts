/** docs/errors.md is an index of the errors in the source: neither has one that the other lacks. */

import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { repositoryRoot, textOf } from './read-examples.ts'

const page = textOf('docs/errors.md')

/** `code ClassName` for each error class, as its `code` is declared. */
function declaredErrors(): string[] {
  const files = globSync('src/**/*.ts', { cwd: repositoryRoot })
  return files.flatMap((file) =>
    textOf(file)
      .split(/^(?=(?:export )?(?:abstract )?class )/m)
      .flatMap((part) => {
        const name = /^(?:export )?(?:abstract )?class (\w+)/.exec(part)?.[1]
        const declaration = /^ {2}(?:override )?readonly code\b(.*)$/m.exec(part)?.[1] ?? ''
        return name === undefined ? [] : wordsIn(declaration, "'").map((code) => `${code} ${name}`)
      }),
  )
}

/** The words between two marks. */
const wordsIn = (text: string, mark: string) =>
  [...text.matchAll(new RegExp(`${mark}([\\w-]+)${mark}`, 'g'))].map(([, word = '']) => word)

/** The code words in the first cells of each row under a heading. */
function rowsUnder(heading: string, cells: number): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? ''
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').slice(1, 1 + cells))
    .map((first) => wordsIn(first.join(), '`').join(' '))
}

test('every error has its row, with its code and its class', () => {
  const rows = ['Errors that your program gets', 'Errors that the model reads'].flatMap((heading) =>
    rowsUnder(heading, 2),
  )

  expect(rows.toSorted()).toEqual(declaredErrors().toSorted())
})

test('every way a script can end badly has its row', () => {
  const union = /ScriptErrorKind =([^*]*?)\n\n/.exec(textOf('src/harness/script-result.ts'))?.[1] ?? ''
  const kinds = wordsIn(union, "'")

  expect(kinds.length).toBeGreaterThan(10)
  expect(rowsUnder('Kinds of failed scripts', 1).toSorted()).toEqual(kinds.toSorted())
})
