/** `tools` prints the reference, from the definitions. */

import { expect, test } from 'vitest'
import { cliBench } from '../support/cli.ts'

test('a page of all tools that ship, by default', async () => {
  await using bench = await cliBench()

  const { exitCode, stdout, stderr } = await bench.run(['tools'])

  expect(stdout).toMatch(/^# Tools\n/)
  expect(stdout).toContain('### readFile')
  expect(stdout).toContain('### fc.get')
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})

test('the tools of one pack, as data', async () => {
  await using bench = await cliBench()

  const { stdout } = await bench.run(['tools', '--pack', 'file-cabinet', '--format', 'json'])

  const tools: { name: string; pack: string }[] = JSON.parse(stdout)
  expect(tools.map(({ name }) => name)).toContain('fc_get')
  expect(new Set(tools.map(({ pack }) => pack))).toEqual(new Set(['file-cabinet']))
})

test('declarations for scripts', async () => {
  await using bench = await cliBench()

  const { stdout } = await bench.run(['tools', '--pack', 'file-ops', '--format', 'dts'])

  expect(stdout).toMatch(/^declare const tools: \{\n/)
  expect(stdout).not.toContain('execCommand')
})
