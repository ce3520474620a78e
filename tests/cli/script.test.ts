/** `script` runs one script in the harness, with the local packs. */

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { cliBench } from '../support/cli.ts'

const SCRIPT = `const name: string = 'plan.md'
console.log('reading', name)
const { text } = await tools.readFile(name)
return { lines: text.split('\\n').length }
`

test('--json prints value, calls and console as data', async () => {
  await using bench = await cliBench({ 'plan.md': 'one\ntwo\n', 'count.ts': SCRIPT })

  const { exitCode, stdout, stderr } = await bench.run(['script', '--json', 'count.ts'])

  expect(JSON.parse(stdout)).toEqual({
    ok: true,
    value: { lines: 2 },
    error: null,
    calls: [expect.objectContaining({ path: 'readFile', state: 'done' })],
    logs: [{ level: 'log', text: 'reading plan.md' }],
  })
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

test('--json tells kind, message and line of a failure, and the exit code is 1', async () => {
  await using bench = await cliBench()

  const { exitCode, stdout } = await bench.run(['script', '--json', '-'], {
    stdin: 'const a = 1\nthrow new Error("no " + a)\n',
  })

  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    value: null,
    error: { kind: 'runtime', message: expect.stringContaining('no 1'), line: 2 },
    calls: [],
    logs: [],
  })
  expect(exitCode).toBe(1)
})

test('for a person the value goes to standard output, the console to standard error', async () => {
  await using bench = await cliBench({ 'plan.md': 'one\ntwo\n', 'count.ts': SCRIPT })

  const result = await bench.run(['script', 'count.ts'])

  expect(result).toEqual({ exitCode: 0, stdout: '{\n  "lines": 2\n}\n', stderr: 'reading plan.md\n' })
})

test('for a person a failure shows its line', async () => {
  await using bench = await cliBench()

  const { exitCode, stdout, stderr } = await bench.run(['script', '-'], { stdin: 'return missing' })

  expect(stderr).toContain('1 | return missing')
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
})

test('--limits hold', async () => {
  await using bench = await cliBench()

  const { stdout } = await bench.run(['script', '--json', '--limits', '{"callsMax":1}', '-'], {
    stdin: `await tools.listDir('.'); await tools.listDir('.')`,
  })

  expect(JSON.parse(stdout).error.kind).toBe('limit-calls')
})

test('-C says where the tools work, --sandbox what they may touch', async () => {
  await using bench = await cliBench({ 'below/plan.md': 'one\n' })
  const source = `await tools.applyPatch('*** Begin Patch\\n*** Add File: new.md\\n+new\\n*** End Patch')`

  const refused = await bench.run(['script', '-C', 'below', '-'], { stdin: source })
  const done = await bench.run(['script', '-C', 'below', '--sandbox', 'danger-full-access', '-'], {
    stdin: source,
  })

  expect(refused.exitCode).toBe(1)
  expect(done).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await readFile(path.join(bench.folder, 'below/new.md'), 'utf8')).toBe('new\n')
})
