/** Our own search beside ripgrep: the same files, on trees and patterns that nobody chose. */

import { execFile, spawnSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { grepFiles } from '../../../src/packs/core-codex/index.ts'
import { searchFiles } from '../../../src/packs/core-codex/search-files.ts'
import { openWorkspace } from '../../../src/platform/index.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { toolCalls } from '../../support/tool-calls.ts'

const hasRipgrep = spawnSync('rg', ['--version']).status === 0
const run = promisify(execFile)

afterEach(() => vi.unstubAllEnvs())

interface Tree {
  readonly files: ReadonlyMap<string, Buffer>
  readonly isRepository: boolean
}

/** What ripgrep finds, and what we find; relative and in order. Null where ripgrep refuses the pattern. */
async function bothFind(
  tree: Tree,
  pattern: string,
  include: string | undefined,
): Promise<{ theirs: string[] | null; ours: string[] }> {
  await using folder = await tempFolder()
  const root = path.join(folder.path, 'root')
  await mkdir(root)
  if (tree.isRepository) await mkdir(path.join(root, '.git'))
  for (const [name, content] of tree.files) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), content)
  }
  const glob = include === undefined ? [] : ['--glob', include]
  const theirs = await run(
    'rg',
    ['--no-config', '-l', '--null', '--no-messages', '-e', pattern, ...glob, '.'],
    {
      cwd: root,
    },
  ).then(
    ({ stdout }) => stdout.split('\0').filter((file) => file !== ''),
    ({ code }: { code: number }) => (code === 1 ? [] : null),
  )
  await using workspace = await openWorkspace({ workingDirectory: root, sandboxMode: 'read-only' })
  const search = { pattern, path: root, ...(include !== undefined && { include }) }
  const ours = theirs === null ? [] : await searchFiles(search, workspace, new AbortController().signal)
  return {
    theirs: theirs?.map((file) => path.relative('.', file)).sort() ?? null,
    ours: ours.map((file) => path.relative(root, file)).sort(),
  }
}

const name = fc.constantFrom(
  'a',
  'b',
  'A',
  'ab',
  'a.ts',
  'b.ts',
  'c.js',
  '.h',
  'build',
  'x y',
  'ä.ts',
  '[a]',
  'a#',
  '!b',
)
const filePath = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => [...names, 'f.ts'].join('/'))
const leafPath = fc
  .tuple(fc.array(name, { maxLength: 2 }), name)
  .map(([folders, leaf]) => [...folders, `${leaf}_`].join('/'))
const word = fc.constantFrom(
  'foo',
  'bar',
  'Foo',
  'é',
  'fé',
  '7',
  ' ',
  '\t',
  '.',
  'a.b',
  '"x"',
  '()',
  '\r',
  '\u2028',
  '-',
  '_',
)
const text = fc.array(fc.oneof({ weight: 4, arbitrary: word }, { weight: 1, arbitrary: fc.constant('\n') }), {
  maxLength: 12,
})
// ripgrep reads three bytes first, for a byte order mark: a line that ends in them is searched before a NUL is seen.
const content = fc.oneof(
  { weight: 8, arbitrary: text.map((words) => Buffer.from(words.join(''))) },
  { weight: 1, arbitrary: text.map((words) => Buffer.from(`xxx${words.join('')}\0`)) },
  { weight: 1, arbitrary: text.map((words) => Buffer.from(`\ufeff${words.join('')}`)) },
  { weight: 1, arbitrary: text.map((words) => Buffer.from(`\ufeff${words.join('')}`, 'utf16le')) },
)
const rule = fc.oneof(
  fc.constantFrom(
    '*',
    '**',
    '*.ts',
    '/a',
    'a/',
    'a/b',
    '**/b',
    'a/**',
    'a/**/b',
    '/*/',
    '!a',
    '!*.ts',
    '!/b/',
    '[ab]',
    '[!a]',
  ),
  fc.constantFrom(
    '# a',
    '\\#',
    'a\\#',
    '\\!b',
    'x\\ y',
    'x y  ',
    '?',
    'b.*',
    '**/a/f.ts',
    '!f.ts',
    '*_',
    '\\[a\\]',
    '[a',
    'ä.*',
    '',
  ),
)
const rules = fc.array(rule, { maxLength: 3 }).map((lines) => Buffer.from(lines.join('\n')))
const rulePath = fc
  .tuple(fc.array(name, { maxLength: 1 }), fc.constantFrom('.gitignore', '.ignore', '.rgignore'))
  .map((names) => names.flat().join('/'))
const tree: fc.Arbitrary<Tree> = fc
  .tuple(
    fc.array(fc.tuple(fc.oneof(filePath, leafPath), content), { minLength: 1, maxLength: 8 }),
    fc.array(fc.tuple(rulePath, rules), { maxLength: 2 }),
    fc.boolean(),
  )
  .map(([files, ruleFiles, isRepository]) => ({ files: new Map([...files, ...ruleFiles]), isRepository }))

const atom = fc.constantFrom(
  ...[
    'foo',
    'bar',
    'o',
    'é',
    '.',
    '\\.',
    '\\w',
    '\\W',
    '\\d',
    '\\D',
    '\\s',
    '\\S',
    '\\b',
    '^',
    '$',
    '[a-f]',
    '[^a]',
    '[[:alpha:]]',
  ],
  ...[
    '[^\\s]',
    '\\x66',
    '\\x{e9}',
    '\\pL',
    '\\p{Lu}',
    '(foo|bar)',
    '(?:o|é)',
    '(?P<n>a)',
    '\\(',
    '\\t',
    '[]x]',
    '\\-',
    '"',
    '[\\w.]',
    '\\A',
    '\\z',
  ],
)
const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '*?')
const pattern = fc
  .tuple(
    fc.constantFrom('', '', '(?i)'),
    fc.array(fc.tuple(atom, repeat), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '|Foo'),
  )
  .map(([flags, parts, other]) => flags + parts.flat().join('') + other)
const include = fc.option(fc.constantFrom('*.ts', '!*.ts', 'a/**', '*.{ts,js}', '/a', '*_', '!a', '**/f.*'), {
  nil: undefined,
})

test.skipIf(!hasRipgrep)(
  'what ripgrep finds is what we find',
  async () => {
    await fc.assert(
      fc.asyncProperty(tree, pattern, include, async (files, wanted, glob) => {
        const { theirs, ours } = await bothFind(files, wanted, glob)

        if (theirs !== null) expect(ours).toEqual(theirs)
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 40) },
    )
  },
  120_000,
)

test('a pattern that would take for ever is given up with a word to the model', async () => {
  vi.stubEnv('PATH', '/nonexistent')
  await using tools = await toolCalls([grepFiles], { files: { f: `${'a'.repeat(64)}b` } })

  const answer = await tools.answer('grep_files', { pattern: '^(a|a)+$' })

  expect(answer).toContain('pattern takes more than 2 seconds of computing')
}, 30_000)
