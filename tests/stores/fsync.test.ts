/** How often the stores ask the disk to keep what they were given, as the system sees it. */

import { execFile, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { OptionError } from '../../src/protocol/index.ts'
import { type Fsync, fileStore, sqliteStore } from '../../src/stores/index.ts'
import type { StorePlace } from '../fixtures/stores/open-store.ts'
import { tempFolder } from '../support/temp-folder.ts'

const run = promisify(execFile)
const program = path.join(import.meta.dirname, '../fixtures/stores/one-turn.ts')
const hasStrace = spawnSync('strace', ['-V']).status === 0
const FSYNCS: readonly Fsync[] = ['never', 'turn', 'always']

/** A program that keeps one turn of eight appends and one document, with the options of its Node. */
async function oneTurn(place: StorePlace, command: string, ...options: readonly string[]): Promise<void> {
  await run(command, [...options, program, JSON.stringify(place)])
}

describe('files', () => {
  /** As Node's own trace has it. */
  async function flushes(fsync: Fsync): Promise<{ data: number; whole: number }> {
    await using folder = await tempFolder()
    const log = path.join(folder.path, 'trace.json')
    const trace = ['--trace-event-categories', 'node.fs.async', '--trace-event-file-pattern', log]
    await oneTurn({ kind: 'file', path: path.join(folder.path, 'state'), fsync }, process.execPath, ...trace)
    const { traceEvents } = JSON.parse(await readFile(log, 'utf8')) as {
      traceEvents: { name: string; ph: string }[]
    }
    const begun = traceEvents.filter(({ ph }) => ph === 'b').map(({ name }) => name)
    const count = (name: string) => begun.filter((each) => each === name).length
    return { data: count('fdatasync'), whole: count('fsync') }
  }

  test('never asks; by turn: for a new thread, the end of a turn, the closing and a document; always: each append', async () => {
    const [never, turn, always] = await Promise.all(FSYNCS.map(flushes))

    expect(never).toEqual({ data: 0, whole: 0 })
    // Of a thread: made, ended, closed. Whole: two folders for the thread; two files and two folders for the document.
    expect(turn).toEqual({ data: 3, whole: 6 })
    expect(always).toEqual({ data: 11, whole: 6 })
  })
})

describe.skipIf(!hasStrace)('sqlite, seen by strace', () => {
  async function flushes(fsync: Fsync): Promise<number> {
    await using folder = await tempFolder()
    const log = path.join(folder.path, 'trace')
    const trace = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', log, process.execPath]
    await oneTurn({ kind: 'sqlite', path: path.join(folder.path, 'store.db'), fsync }, 'strace', ...trace)
    return (await readFile(log, 'utf8')).split('\n').filter((line) => / f(?:data)?sync\(/.test(line)).length
  }

  test('asks no more than its own file needs; by turn: as files do; always: each append, too', async () => {
    const [never = 0, turn = 0, always = 0] = await Promise.all(FSYNCS.map(flushes))

    expect(turn - never).toBe(4)
    expect(always - turn).toBe(7)
  })
})

test('a policy that does not exist is refused', () => {
  const fsync = 'sometimes' as Fsync

  expect(() => fileStore('state', { fsync })).toThrow(OptionError)
  expect(() => sqliteStore('state.db', { fsync })).toThrow(
    /^fsync: "sometimes" is none of never, turn, always/,
  )
})
