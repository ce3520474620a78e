/** The parts of the sandboxes that can be looked at without starting one. */

import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  canEnforce,
  isSandboxDenial,
  openWorkspace,
  type Sandbox,
  SandboxUnavailableError,
  sandboxProblem,
} from '../../src/platform/index.ts'
import { bubblewrap } from '../../src/platform/sandbox/bubblewrap.ts'
import { seatbeltProfile } from '../../src/platform/sandbox/seatbelt.ts'
import { socketFilter } from '../../src/platform/sandbox/socket-filter.ts'
import { tempFolder } from '../support/temp-folder.ts'

describe('where nothing holds processes', () => {
  const absent: Sandbox = {
    problem: async () => ({ reason: 'there is none', remedy: 'Get one.' }),
    wrap: () => Promise.reject(new Error('must not be asked')),
  }

  test.each([true, false])(
    'no process starts, and the error says why, what to do and who chose (%s)',
    async (sandboxRequested) => {
      await using folder = await tempFolder()
      await using workspace = await openWorkspace({
        workingDirectory: folder.path,
        sandboxMode: 'workspace-write',
        sandboxRequested,
        sandbox: absent,
      })
      const starts = [
        () => workspace.run({ command: 'touch made' }),
        () => workspace.start({ command: 'touch made' }),
        () => workspace.processes.start({ command: 'touch made' }, { yieldMs: 0 }),
      ]

      for (const start of starts) {
        const error = await start().catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(SandboxUnavailableError)
        expect(error).toMatchObject({
          code: 'sandbox_unavailable',
          option: 'sandboxMode',
          reason: 'there is none',
          remedy: 'Get one.',
          message: expect.stringMatching(
            /^sandboxMode: .*because there is none\. Get one\. .*danger-full-access/s,
          ),
        })
        expect(String(error)).toContain(sandboxRequested ? 'which was asked for' : 'none was named')
      }
      expect(await workspace.list('.')).toEqual([])
      expect((await workspace.unconfined.run({ command: 'echo free' })).stdout).toBe('free\n')
    },
  )

  test('full access needs no sandbox anywhere', async () => {
    expect(await canEnforce('danger-full-access')).toBe(true)
    expect(await sandboxProblem('danger-full-access')).toBeUndefined()
  })

  test.runIf(process.platform === 'linux')('a machine without bwrap is told how to install it', async () => {
    const problem = await bubblewrap(['/no/such/bwrap']).problem()

    expect(problem).toMatchObject({
      reason: 'the program bwrap is not installed',
      remedy: expect.stringContaining('apt-get install bubblewrap'),
    })
  })

  test.runIf(process.platform === 'linux')(
    'a bwrap that may not make namespaces is not relied upon',
    async () => {
      await using folder = await tempFolder()
      const refusing = path.join(folder.path, 'bwrap')
      await writeFile(
        refusing,
        '#!/bin/sh\necho "bwrap: No permissions to create a new namespace" >&2\nexit 1\n',
        { mode: 0o755 },
      )
      const sandbox = bubblewrap([refusing])

      const problem = await sandbox.problem()
      await rm(refusing)

      expect(problem?.reason).toContain(
        'could not start a sandbox (bwrap: No permissions to create a new namespace)',
      )
      expect(problem?.remedy).not.toBe('')
      expect(await sandbox.problem()).toBe(problem)
    },
  )
})

describe('the guess that a sandbox stopped a command', () => {
  const check = (exitCode: number, said: { stdout?: string; stderr?: string; aggregated?: string }) =>
    isSandboxDenial({ exitCode, stdout: '', stderr: '', aggregated: '', ...said })

  test.each([
    'bash: x: Read-only file system',
    'touch: Operation not permitted',
    'PERMISSION DENIED',
    'killed by seccomp',
    'landlock: no',
    'the sandbox said no',
    'Failed to write file',
  ])('goes by words such as %s, in whichever stream', (words) => {
    expect(check(1, { stderr: words })).toBe(true)
    expect(check(127, { stdout: words })).toBe(true)
    expect(check(2, { aggregated: words })).toBe(true)
    expect(check(0, { stderr: words })).toBe(false)
  })

  test('is no where a command failed in its own way', () => {
    for (const exitCode of [1, 2, 101, 124, 126, 127, 137]) {
      expect(check(exitCode, { stderr: 'assertion failed' })).toBe(false)
    }
  })

  test.runIf(process.platform === 'linux')('is yes where a filter of system calls ended it', () => {
    expect(check(159, {})).toBe(true)
  })
})

describe('the profile for macOS', () => {
  const base = {
    sandboxMode: 'workspace-write',
    writableRoots: ['/Users/me/pro"ject) (allow default'],
    temporaryFolders: ['/private/tmp'],
    readableFolders: [],
    protectedPaths: ['/Users/me/pro"ject) (allow default/.git', '/private/tmp/deep/er/state'],
    networkAccess: false,
  } as const

  test('denies what it does not name, and passes paths as parameters', () => {
    const { text, parameters } = seatbeltProfile(base)

    expect(text.split('\n').slice(0, 2)).toEqual(['(version 1)', '(deny default)'])
    expect(text).not.toContain('/Users/me')
    expect(Object.values(parameters)).toEqual(
      expect.arrayContaining([...base.writableRoots, ...base.temporaryFolders, ...base.protectedPaths]),
    )
    for (const name of text.matchAll(/\(param "(\w+)"\)/g)) expect(parameters).toHaveProperty(name[1] ?? '')
    expect(text.split('(').length).toBe(text.split(')').length)
  })

  test('protects after it allows, and keeps the folders above from being moved', () => {
    const { text, parameters } = seatbeltProfile(base)
    const allowed = text.indexOf('(allow file-write* (subpath (param "WRITABLE_0"))')
    const denied = text.indexOf('(deny file-write* (literal (param "PROTECTED_0"))')

    expect(allowed).toBeGreaterThan(0)
    expect(denied).toBeGreaterThan(allowed)
    expect(text.lastIndexOf('(deny file-write-unlink')).toBeGreaterThan(denied)
    expect(Object.values(parameters)).toEqual(
      expect.arrayContaining(['/private/tmp/deep', '/private/tmp/deep/er']),
    )
  })

  test('writes nothing in read-only, and opens the network only when asked', () => {
    const readOnly = seatbeltProfile({ ...base, sandboxMode: 'read-only' }).text

    expect(readOnly).not.toContain('WRITABLE')
    expect(seatbeltProfile(base).text).not.toContain('(allow network*')
    expect(seatbeltProfile({ ...base, networkAccess: true }).text).toContain('(allow network*')
  })
})

describe('the filter of system calls', () => {
  const ALLOW = 0x7fff0000
  const REFUSE = 0x00050001

  /** Runs the filter as the kernel does. */
  const verdict = (machine: string, architecture: number, number: number, ...args: number[]) => {
    const program = socketFilter(machine) ?? Buffer.alloc(0)
    const data = Buffer.alloc(64)
    data.writeUInt32LE(number, 0)
    data.writeUInt32LE(architecture, 4)
    for (const [index, value] of args.entries()) data.writeUInt32LE(value, 16 + 8 * index)
    let accumulator = 0
    for (let at = 0; at < program.length / 8; at += 1) {
      const code = program.readUInt16LE(at * 8)
      const value = program.readUInt32LE(at * 8 + 4)
      const jump = (holds: boolean) => program.readUInt8(at * 8 + (holds ? 2 : 3))
      if (code === 0x20) accumulator = data.readUInt32LE(value)
      else if (code === 0x54) accumulator = (accumulator & value) >>> 0
      else if (code === 0x15) at += jump(accumulator === value)
      else if (code === 0x35) at += jump(accumulator >= value)
      else if (code === 0x06) return value
    }
    return undefined
  }

  test.each([
    ['x64', 0xc000003e, 41, 53, 1],
    ['x64', 0x40000003, 359, 360, 1],
    ['arm64', 0xc00000b7, 198, 199, 63],
    ['arm64', 0x40000028, 281, 288, 3],
  ])(
    '%s, architecture %i: refuses sockets of the machine and lets the rest pass',
    (machine, architecture, socket, socketpair, read) => {
      const ask = (number: number, ...args: number[]) => verdict(machine, architecture, number, ...args)

      expect(ask(socket, 1, 1)).toBe(REFUSE)
      expect(ask(socket, 1, 2)).toBe(REFUSE)
      expect(ask(socket, 2, 1)).toBe(ALLOW)
      expect(ask(socket, 10, 0x80001)).toBe(ALLOW)
      expect(ask(socket, 16, 3)).toBe(ALLOW)
      for (const family of [0, 3, 17, 29, 30, 31, 38, 40, 44]) expect(ask(socket, family, 1)).toBe(REFUSE)
      expect(ask(socketpair, 30, 1)).toBe(REFUSE)
      expect(ask(socketpair, 1, 0x80801)).toBe(ALLOW)
      expect(ask(socketpair, 1, 5)).toBe(ALLOW)
      expect(ask(socketpair, 1, 2)).toBe(REFUSE)
      expect(ask(socketpair, 1, 3)).toBe(REFUSE)
      expect(ask(425)).toBe(REFUSE)
      expect(ask(read)).toBe(ALLOW)
    },
  )

  test('refuses other tables of calls altogether', () => {
    expect(verdict('x64', 0xc000003e, 0x40000000 + 41, 1, 1)).toBe(REFUSE)
    expect(verdict('x64', 0x40000003, 102, 1)).toBe(REFUSE)
    expect(verdict('arm64', 0x12345678, 1)).toBe(REFUSE)
    expect(socketFilter('riscv64')).toBeUndefined()
  })
})

test('a policy names what it protects, and a state folder is out of bounds for tools as well', async () => {
  await using folder = await tempFolder({ 'root/state/threads': '{}' })
  const root = path.join(folder.path, 'root')
  await mkdir(path.join(root, 'sub'))
  await using workspace = await openWorkspace({
    workingDirectory: root,
    sandboxMode: 'workspace-write',
    protectedPaths: ['state', path.join(root, 'sub')],
  })

  await expect(workspace.writeText('state/threads', 'x')).rejects.toMatchObject({
    code: 'path_denied',
    message: expect.stringContaining('state is protected'),
  })
  await expect(workspace.remove('state/threads')).rejects.toMatchObject({ code: 'path_denied' })
  await expect(workspace.writeText('sub/new/a', 'x')).rejects.toMatchObject({ code: 'path_denied' })
  expect(await workspace.readText('state/threads')).toBe('{}')
})
