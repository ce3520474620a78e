/** What our types cost the compiler of a host: in other libraries editors crawl. */

import path from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../support/source-graph.ts'

const TOOLS = 50
/** About half as much again as it takes today. */
const INSTANTIATIONS_MAX = 60_000

/** A host with many tools, each with schemas of several kinds. */
const HOST = `import { Codex, defineTool } from '../../src/index.ts'
import { z } from 'zod'
const tools = [
${Array.from(
  { length: TOOLS },
  (_, n) => `defineTool({
  name: 'tool_${n}',
  description: 'One of many.',
  input: z.object({
    a${n}: z.string(),
    b: z.object({ c: z.array(z.number()).optional() }),
    d: z.union([z.literal('x'), z.number()]).default(1),
  }),
  output: z.object({ e: z.string() }),
  run: ({ a${n}: a, d }) => ({ e: a + d }),
}),`,
).join('\n')}
]
const codex = new Codex({ model: 'local/any', packs: [{ slug: 'many', tools }] })
for await (const event of codex.startThread().run('hi')) if (event.type === 'item.delta') event.delta.trim()
`

test('pain 15: a host with fifty tools costs the compiler no more than its budget of instantiations', () => {
  const file = path.join(repositoryRoot, 'tests/endurance/host-of-many-tools.ts')
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.esnext.d.ts'],
    module: ts.ModuleKind.NodeNext,
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true },
    types: ['node'],
    typeRoots: [path.join(repositoryRoot, 'node_modules/@types')],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (name) => name === file || fileExists(name)
  host.readFile = (name) => (name === file ? HOST : readFile(name))
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, HOST, options.target ?? 99) : getSourceFile(name, ...rest)

  const program = ts.createProgram([file], options, host)
  const complaints = program.getSemanticDiagnostics(program.getSourceFile(file))

  expect(complaints.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([])
  expect(program.getInstantiationCount()).toBeLessThan(INSTANTIATIONS_MAX)
}, 60_000)
