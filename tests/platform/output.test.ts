/** What is kept of a command's output, and how it is handed on. */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openWorkspace, outputSpool } from '../../src/platform/index.ts'
import { tempFolder } from '../support/temp-folder.ts'

async function unconfined(workingDirectory: string) {
  return openWorkspace({ workingDirectory, sandboxMode: 'danger-full-access', environment: process.env })
}

/** Writes bytes in chunks that the reader gets one by one. */
function writing(...chunks: readonly Buffer[]): string[] {
  const program = `
    const chunks = ${JSON.stringify(chunks.map((chunk) => chunk.toString('base64')))}
    const next = () => {
      const chunk = chunks.shift()
      if (chunk !== undefined) process.stdout.write(Buffer.from(chunk, 'base64'), () => setTimeout(next, 30))
    }
    next()`
  return [process.execPath, '-e', program]
}

// Each 64 KiB is a switch between two processes, which takes its time on a busy machine.
const GIGABYTE_MS_MAX = 180_000

test(
  'a gigabyte of output neither grows memory nor stalls the command',
  async () => {
    await using folder = await tempFolder()
    await using workspace = await unconfined(folder.path)
    const before = process.resourceUsage().maxRSS

    const result = await workspace.run({ command: 'head -c 1000000000 /dev/zero' })

    const grownMiB = (process.resourceUsage().maxRSS - before) / 1024
    expect(result).toMatchObject({ exitCode: 0, truncated: true })
    expect(result.stdout.length).toBe(1024 * 1024 + '\n... 998951424 bytes omitted ...\n'.length)
    expect(grownMiB).toBeLessThan(300)
  },
  GIGABYTE_MS_MAX,
)

test('the first and the last half are kept, with a note between', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const result = await workspace.run({
    command: 'printf 0123456789; sleep 0.1; printf abcdefghij; printf 0123456789 >&2',
    outputBytesMax: 10,
  })

  expect(result.stdout).toBe('01234\n... 10 bytes omitted ...\nfghij')
  expect(result.stderr).toBe('0123456789')
  expect(result.truncated).toBe(true)
})

test('output that just fits is whole', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const result = await workspace.run({ command: 'printf 0123; sleep 0.1; printf 456789', outputBytesMax: 10 })

  expect(result).toMatchObject({ stdout: '0123456789', truncated: false })
})

test.each([7, 64, 1000])(
  'what is kept of many small writes is exactly both ends, with %i bytes',
  async (size) => {
    await using folder = await tempFolder()
    await using workspace = await unconfined(folder.path)
    const whole = Array.from({ length: 3000 }, (_, index) => `${index}.`).join('')

    const { stdout } = await workspace.run({
      command: [
        process.execPath,
        '-e',
        'for (let i = 0; i < 3000; i += 1) require("fs").writeSync(1, i + ".")',
      ],
      outputBytesMax: size,
    })

    const [head, tail] = stdout.split(`\n... ${whole.length - size} bytes omitted ...\n`)
    expect(head).toBe(whole.slice(0, Math.floor(size / 2)))
    expect(tail).toBe(whole.slice(-Math.ceil(size / 2)))
  },
)

test('a character that is split between two writes stays whole', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const text = Buffer.from('a€😀ü')
  const chunks = Array.from(text, (byte) => Buffer.from([byte]))
  const heard: string[] = []

  const { stdout, aggregated } = await workspace.run({
    command: writing(...chunks),
    onOutput: (_stream, piece) => {
      heard.push(piece)
    },
  })

  expect(stdout).toBe('a€😀ü')
  expect(aggregated).toBe('a€😀ü')
  expect(heard.join('')).toBe('a€😀ü')
  expect(heard.every((piece) => !piece.includes('\uFFFD'))).toBe(true)
})

test('bytes that are no UTF-8 become replacement characters, also at the very end', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  const heard: string[] = []

  const { stdout } = await workspace.run({
    command: writing(Buffer.from([0xff, 0xfe, 0x78]), Buffer.from([0x61, 0xe2, 0x82])),
    onOutput: (_stream, piece) => {
      heard.push(piece)
    },
  })

  expect(stdout).toBe('\uFFFD\uFFFDxa\uFFFD')
  expect(heard.join('')).toBe('\uFFFD\uFFFDxa\uFFFD')
})

test('no character is cut where the middle is left out', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)

  const { stdout } = await workspace.run({
    command: writing(Buffer.from('€'.repeat(20))),
    outputBytesMax: 20,
  })

  expect(stdout).toBe('€€€\n... 42 bytes omitted ...\n€€€')
})

test('a listener that takes its time holds the stream back and gets everything', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  let atOnce = 0
  let mostAtOnce = 0
  let bytes = 0

  await workspace.run({
    command: 'head -c 2000000 /dev/zero',
    async onOutput(_stream, text) {
      atOnce += 1
      mostAtOnce = Math.max(mostAtOnce, atOnce)
      await sleep(1)
      bytes += text.length
      atOnce -= 1
    },
  })

  expect(mostAtOnce).toBe(1)
  expect(bytes).toBe(2_000_000)
})

test('a listener that throws is not asked again, and the command goes on', async () => {
  await using folder = await tempFolder()
  await using workspace = await unconfined(folder.path)
  let calls = 0

  const { stdout } = await workspace.run({
    command: 'echo one; sleep 0.1; echo two',
    onOutput() {
      calls += 1
      throw new Error('no')
    },
  })

  expect(stdout).toBe('one\ntwo\n')
  expect(calls).toBe(1)
})

test.each([
  ['in memory', 1_000],
  ['on disk', 10],
])('a spool gives back what was written, %s', async (_where, memoryBytesMax) => {
  await using spool = outputSpool({ memoryBytesMax, bytesMax: 1_000 })

  await spool.write('first ä ')
  await spool.write('second ')
  await spool.write('third')

  expect(Buffer.from(await spool.read()).toString()).toBe('first ä second third')
})

test('a spool says how much did not fit', async () => {
  await using spool = outputSpool({ memoryBytesMax: 2, bytesMax: 8 })

  await spool.write('01234')
  await spool.write('56789')
  await spool.write('x')

  expect(Buffer.from(await spool.read()).toString()).toBe('01234567\n... 3 bytes omitted ...\n')
})
