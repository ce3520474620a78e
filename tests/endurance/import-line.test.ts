/** The program written for `@openai/codex-sdk` type-checks with its import line changed, in a host's own project. */

import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { codexBinary } from '../support/codex-binary.ts'
import { programOn } from '../support/sdk-program.ts'
import { repositoryRoot } from '../support/source-graph.ts'
import { tempFolder } from '../support/temp-folder.ts'

const run = promisify(execFile)
const compiler = path.join(repositoryRoot, 'node_modules/typescript/bin/tsc')

/** What the compiler says of the program, line by line. */
async function complaints(
  specifier: string,
  declarations: string,
  { edit = (source: string) => source, ...compilerOptions }: Edited = {},
): Promise<string[]> {
  await using folder = await tempFolder({
    'package.json': '{ "type": "module" }',
    'program.ts': edit(await programOn(specifier)),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2024',
        lib: ['ES2024', 'ESNext'],
        module: 'NodeNext',
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: ['node'],
        typeRoots: [path.join(repositoryRoot, 'node_modules/@types')],
        paths: { [specifier]: [declarations] },
        ...compilerOptions,
      },
      files: ['program.ts'],
    }),
  })
  const said = await run(process.execPath, [compiler, '-p', folder.path], { cwd: folder.path }).then(
    ({ stdout }) => stdout,
    ({ stdout }: { stdout: string }) => stdout,
  )
  // Our own files are checked with the settings they are written for; here the program is.
  return said.split('\n').filter((line) => line.startsWith('program.ts') || line.startsWith('error'))
}

interface Edited {
  readonly edit?: (source: string) => string
  readonly exactOptionalPropertyTypes?: boolean
}

const ours = path.join(repositoryRoot, 'src/index.ts')

test.each([true, false])(
  'on us, with exactOptionalPropertyTypes %s',
  async (exactOptionalPropertyTypes) => {
    expect(await complaints('codex-ts', ours, { exactOptionalPropertyTypes })).toEqual([])
  },
  120_000,
)

test('not with a mistake in it', async () => {
  const edit = (source: string) => source.replace("'danger-full-access'", "'no-such-mode'")

  const said = await complaints('codex-ts', ours, { edit })

  expect(said.join('\n')).toContain('no-such-mode')
}, 120_000)

const binary = codexBinary()

test.skipIf(binary === null)(
  'on the real SDK (CODEX_BIN, CODEX_SDK)',
  async () => {
    const declarations = path.join(binary?.sdk ?? '', 'dist/index.d.ts')

    expect(await complaints('@openai/codex-sdk', declarations)).toEqual([])
  },
  120_000,
)
