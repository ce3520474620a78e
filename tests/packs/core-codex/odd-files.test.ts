/** The file tools on what real disks hold: huge folders, circles, pipes, names and contents that are no text. */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { appendFile, chmod, mkdir, open, symlink, truncate, writeFile } from 'node:fs/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { fileSearch, grepFiles, listDir, readFile } from '../../../src/packs/core-codex/index.ts'
import { type ToolCalls, toolCalls } from '../../support/tool-calls.ts'

const isRoot = process.getuid?.() === 0
const isLinux = process.platform === 'linux'
/** 100,000 take long to make; ask for them where that matters. */
const HUGE_FOLDER = Number(process.env.HUGE_FOLDER ?? 20_000)
const TOOLS = [fileSearch, grepFiles, listDir, readFile]

afterEach(() => vi.unstubAllEnvs())

/** Commands find no program, so that our own search answers. */
async function withoutRipgrep(files: Readonly<Record<string, string>> = {}): Promise<ToolCalls> {
  vi.stubEnv('PATH', '/nonexistent')
  return toolCalls(TOOLS, { files })
}

test(`a folder of ${HUGE_FOLDER} files is listed by pages, found in and searched`, async () => {
  await using tools = await withoutRipgrep()
  const { root } = tools.workspace
  await mkdir(`${root}/huge`)
  for (let number = 0; number < HUGE_FOLDER; number += 1) writeFileSync(`${root}/huge/f${number}`, '')
  await writeFile(`${root}/huge/f7777`, 'needle')

  const page = await tools.call('list_dir', { dir_path: 'huge', offset: HUGE_FOLDER - 1, limit: 5 })
  const match = await tools.call('file_search', { query: 'huge/f7777', limit: 1 })
  const found = await tools.answer('grep_files', { pattern: 'needle' })

  expect(page).toMatchObject({
    output: { entries: [{ kind: 'file' }, { path: 'f9999' }], nextOffset: null },
  })
  expect(match).toMatchObject({
    output: { matches: [{ path: 'huge/f7777' }], scannedCount: HUGE_FOLDER + 1 },
  })
  expect(found).toBe(`${root}/huge/f7777`)
}, 60_000)

test('links that lead in circles are entries, and never ways', async () => {
  await using tools = await withoutRipgrep({ 'a/f': 'needle' })
  const { root } = tools.workspace
  await symlink('..', `${root}/a/up`)
  await symlink('self', `${root}/self`)

  expect(await tools.answer('list_dir', { dir_path: '.', depth: 9 })).toBe(
    `Absolute path: ${root}\na/\n  f\n  up@\nself@`,
  )
  expect(await tools.answer('file_search', { query: 'f' })).toBe('a/f')
  expect(await tools.answer('grep_files', { pattern: 'needle' })).toBe(`${root}/a/f`)
  expect(await tools.answer('read_file', { file_path: 'self' })).toContain(
    'self is a link that leads back to itself',
  )
})

test.skipIf(isRoot)(
  'what may not be read is passed over, and named when it is asked for (not as root)',
  async () => {
    await using tools = await withoutRipgrep({ 'open/f': 'needle', 'shut/f': 'needle', secret: 'needle' })
    const { root } = tools.workspace
    await chmod(`${root}/shut`, 0)
    await chmod(`${root}/secret`, 0)

    expect(await tools.answer('grep_files', { pattern: 'needle' })).toBe(`${root}/open/f`)
    expect(await tools.answer('list_dir', { dir_path: '.' })).toContain('shut/')
    expect(await tools.answer('read_file', { file_path: 'secret' })).toContain('may not be read by the user')
    expect(await tools.answer('list_dir', { dir_path: 'shut' })).toContain('may not be read by the user')
    await chmod(`${root}/shut`, 0o700)
  },
)

test.skipIf(!isLinux)(
  'names that are no UTF-8 are listed, and never taken for another file (Linux)',
  async () => {
    await using tools = await withoutRipgrep({ 'x\ufffd/real': 'other' })
    const { root } = tools.workspace
    const bad = Buffer.concat([Buffer.from(`${root}/x`), Buffer.from([0xff])])
    await mkdir(bad)
    await writeFile(Buffer.concat([bad, Buffer.from('/hidden')]), 'needle')
    await writeFile(Buffer.concat([Buffer.from(`${root}/y`), Buffer.from([0xfe])]), 'needle')

    const listed = await tools.call('list_dir', { dir_path: '.' })

    expect(listed).toMatchObject({
      output: {
        entries: [
          { path: 'x\ufffd', kind: 'directory' },
          { path: 'x\ufffd', kind: 'directory' },
          { path: 'x\ufffd/real', kind: 'file' },
          { path: 'y\ufffd', kind: 'file' },
        ],
      },
    })
    expect(await tools.answer('file_search', { query: 'hidden' })).toBe('No matches found.')
    expect(await tools.answer('file_search', { query: 'real' })).toBe('x\ufffd/real')
    expect(await tools.answer('grep_files', { pattern: 'needle' })).toBe('No matches found.')
    vi.unstubAllEnvs()
    await using withRipgrep = await toolCalls(TOOLS)
    await writeFile(
      Buffer.concat([Buffer.from(`${withRipgrep.workspace.root}/y`), Buffer.from([0xfe])]),
      'needle',
    )
    expect(await withRipgrep.answer('grep_files', { pattern: 'needle' })).toBe('No matches found.')
  },
)

test('contents that are no UTF-8 are read as far as they are text, and searched', async () => {
  await using tools = await withoutRipgrep()
  const { root } = tools.workspace
  await writeFile(`${root}/latin`, Buffer.from('caf\xe9 needle\nnext\0line\n', 'latin1'))
  await writeFile(`${root}/latin-text`, Buffer.from('caf\xe9 needle\n', 'latin1'))
  await writeFile(`${root}/wide`, Buffer.from('\ufeffa needle\r\n', 'utf16le'))

  expect(await tools.answer('read_file', { file_path: 'latin' })).toBe('L1: caf\ufffd needle\nL2: next\0line')
  const found = await tools.call('grep_files', { pattern: 'needle' })
  expect(found).toMatchObject({ ok: true })
  expect(found.ok && (found.output as { files: string[] }).files.sort()).toEqual([
    `${root}/latin-text`,
    `${root}/wide`,
  ])
})

test('a file that grows while it is read is given as far as it went, and the next page has the rest', async () => {
  await using tools = await toolCalls(TOOLS, { files: { log: 'line\n'.repeat(400_000) } })
  const { root } = tools.workspace
  const lengths: number[] = []
  let isReading = true
  const growing = (async () => {
    while (isReading) await appendFile(`${root}/log`, 'line\n'.repeat(1000))
  })()

  for (let run = 0; run < 5; run += 1) {
    const outcome = await tools.call('read_file', { file_path: 'log', offset: 399_999, limit: 10_000 })
    const { text, lineCount } = (outcome as { output: { text: string; lineCount: number } }).output
    // The last line may be half there, as it was on the disk.
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .every((line) => line === 'line'),
    ).toBe(true)
    lengths.push(lineCount)
  }
  isReading = false
  await growing

  expect(lengths.every((count) => count >= 2)).toBe(true)
})

test('a file that is cut while it is read is given as far as it goes', async () => {
  await using tools = await toolCalls(TOOLS, { files: { log: 'line\n'.repeat(2_000_000) } })
  const reading = tools.call('read_file', { file_path: 'log', offset: 1, limit: 3_000_000 })
  await truncate(`${tools.workspace.root}/log`, 25)

  const outcome = await reading

  expect(outcome).toMatchObject({ ok: true, output: { firstLine: 1, lineCount: expect.any(Number) } })
})

test('of a file of 2 GB only what is asked for is held', async () => {
  await using tools = await withoutRipgrep({ big: 'first\nneedle\n' })
  const { root } = tools.workspace
  await truncate(`${root}/big`, 2 ** 31)
  await using handle = await open(`${root}/big`, 'r+')
  await handle.write('\nlast line\n', 2 ** 30)
  const before = process.memoryUsage()

  const first = await tools.call('read_file', { file_path: 'big', offset: 1, limit: 2 })
  const found = await tools.answer('grep_files', { pattern: 'last line' })
  const part = await tools.workspace.readBytes('big', { offset: 2 ** 30 + 1, limit: 9 })

  expect(first).toMatchObject({ output: { text: 'first\nneedle', nextOffset: 3 } })
  expect(Buffer.from(part).toString()).toBe('last line')
  // It is binary from its first buffer on, as ripgrep sees it.
  expect(found).toBe('No matches found.')
  expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(64 * 1024 * 1024)
})

test.skipIf(!isLinux)(
  'pipes and devices are listed, passed over by searches and refused to readers (Linux)',
  async () => {
    await using tools = await toolCalls(TOOLS, { files: { f: 'needle' } })
    const { root } = tools.workspace
    execFileSync('mkfifo', [`${root}/pipe`])

    expect(await tools.answer('list_dir', { dir_path: '.' })).toContain('pipe?')
    expect(await tools.answer('grep_files', { pattern: 'needle' })).toBe(`${root}/f`)
    expect(await tools.answer('grep_files', { pattern: 'needle', path: 'pipe' })).not.toContain('needle')
    expect(await tools.answer('read_file', { file_path: 'pipe' })).toContain(
      'is a pipe, a socket or a device',
    )
    expect(await tools.answer('read_file', { file_path: '/dev/zero' })).toContain(
      'is a pipe, a socket or a device',
    )
    expect(
      await tools.workspace.readHeads(root, ['pipe', '../f', '..', 'f', 'gone'], { bytesMax: 3 }),
    ).toEqual([null, null, null, Buffer.from('nee'), null])
  },
)

test.skipIf(!isLinux)(
  'files that do not say how long they are, as in /proc, are read to their end (Linux)',
  async () => {
    await using tools = await toolCalls(TOOLS)

    expect(await tools.answer('read_file', { file_path: '/proc/self/status' })).toMatch(/^L1: Name:.*\nL2: /)
    expect(await tools.answer('read_file', { file_path: '/dev/null' })).toContain('has 0 lines')
  },
)
