/** Which files a workspace lets its tools touch. */

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { devNull } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { readHostBytes, readHostText } from '../../src/platform/host-files.ts'
import {
  openWorkspace,
  PathDeniedError,
  SpecialFileError,
  type WorkspaceOptions,
} from '../../src/platform/index.ts'
import { OptionError } from '../../src/protocol/errors.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Test folders lie in `/tmp`, which is writable too unless it is excluded. */
const WRITING = { sandboxMode: 'workspace-write', excludeSlashTmp: true } as const

const denied = (promise: Promise<unknown>) => expect(promise).rejects.toBeInstanceOf(PathDeniedError)

test('a workspace reads inside its root and nowhere else', async () => {
  await using folder = await tempFolder({ 'root/a.txt': 'inside', 'secret.txt': 'outside' })
  const workingDirectory = path.join(folder.path, 'root')
  await using workspace = await openWorkspace({ workingDirectory, ...WRITING })

  expect(await workspace.readText('a.txt')).toBe('inside')
  expect(await workspace.readText(path.join(workingDirectory, 'a.txt'))).toBe('inside')
  await denied(workspace.readText('../secret.txt'))
  await denied(workspace.readBytes(path.join(folder.path, 'secret.txt')))
  await denied(workspace.list('..'))
  await denied(workspace.stat('../secret.txt'))
})

test('a folder whose name begins like the root is outside', async () => {
  await using folder = await tempFolder({ 'root/a.txt': '', 'root-2/b.txt': '', 'root/..odd': 'inside' })
  const workingDirectory = path.join(folder.path, 'root')
  await using workspace = await openWorkspace({ workingDirectory, sandboxMode: 'read-only' })

  await denied(workspace.readText('../root-2/b.txt'))
  expect(await workspace.readText('..odd')).toBe('inside')
})

test('a link out of the root is out, at its end and on the way', async () => {
  await using folder = await tempFolder({ 'root/a.txt': '', 'outside/secret.txt': 'x' })
  const workingDirectory = path.join(folder.path, 'root')
  await symlink('../outside/secret.txt', path.join(workingDirectory, 'file-link'))
  await symlink('../outside', path.join(workingDirectory, 'folder-link'))
  await using workspace = await openWorkspace({ workingDirectory, ...WRITING })

  await denied(workspace.readText('file-link'))
  await denied(workspace.readText('folder-link/secret.txt'))
  await denied(workspace.writeText('file-link', 'y'))
  await denied(workspace.writeText('folder-link/new/deep.txt', 'y'))
  await denied(workspace.remove('folder-link/secret.txt'))
  expect(await readFile(path.join(folder.path, 'outside/secret.txt'), 'utf8')).toBe('x')
  expect(existsSync(path.join(folder.path, 'outside/new'))).toBe(false)
})

test('a link to a file that does not exist yet is judged by where it points', async () => {
  await using folder = await tempFolder({ 'root/a.txt': '', 'outside/keep.txt': '' })
  const workingDirectory = path.join(folder.path, 'root')
  await symlink('../outside/new.txt', path.join(workingDirectory, 'dangling-out'))
  await symlink('fresh.txt', path.join(workingDirectory, 'dangling-in'))
  await using workspace = await openWorkspace({ workingDirectory, ...WRITING })

  await denied(workspace.writeText('dangling-out', 'y'))
  await workspace.writeText('dangling-in', 'y')

  expect(existsSync(path.join(folder.path, 'outside/new.txt'))).toBe(false)
  expect(await readFile(path.join(workingDirectory, 'fresh.txt'), 'utf8')).toBe('y')
  expect((await lstat(path.join(workingDirectory, 'dangling-in'))).isSymbolicLink()).toBe(true)
})

test('links inside the root work, and a circle of links fails without hanging', async () => {
  await using folder = await tempFolder({ 'real/a.txt': 'one' })
  await symlink('real', path.join(folder.path, 'link'))
  await symlink('circle-2', path.join(folder.path, 'circle-1'))
  await symlink('circle-1', path.join(folder.path, 'circle-2'))
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'workspace-write',
  })

  expect(await workspace.readable('link/a.txt')).toBe(path.join(folder.path, 'real/a.txt'))
  await expect(workspace.readText('circle-1')).rejects.toMatchObject({ code: 'ELOOP' })
})

test('a root that is itself a link is the folder it names', async () => {
  await using folder = await tempFolder({ 'real/a.txt': 'one' })
  await symlink('real', path.join(folder.path, 'link'))
  await using workspace = await openWorkspace({
    workingDirectory: path.join(folder.path, 'link'),
    sandboxMode: 'workspace-write',
  })

  await workspace.writeText('b.txt', 'two')

  expect(workspace.root).toBe(path.join(folder.path, 'real'))
  expect(await workspace.readText(path.join(folder.path, 'link/b.txt'))).toBe('two')
})

test('nothing is written in read-only, and the error says path, mode and what to do', async () => {
  await using folder = await tempFolder({ 'a.txt': 'old' })
  await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'read-only' })

  const error = await workspace.writeText('a.txt', 'new').catch((caught: unknown) => caught)

  expect(error).toBeInstanceOf(PathDeniedError)
  expect(error).toMatchObject({
    code: 'path_denied',
    path: path.join(folder.path, 'a.txt'),
    access: 'write',
    sandboxMode: 'read-only',
    message: expect.stringMatching(/a\.txt may not be written in sandbox mode read-only: .+\. .+\./),
  })
  await denied(workspace.remove('a.txt'))
  expect(await workspace.readText('a.txt')).toBe('old')
})

test('additional folders are read and written like the root', async () => {
  await using folder = await tempFolder({ 'root/a.txt': '', 'more/b.txt': 'b' })
  await using workspace = await openWorkspace({
    workingDirectory: path.join(folder.path, 'root'),
    additionalDirectories: ['../more'],
    sandboxMode: 'workspace-write',
  })

  await workspace.writeText('../more/c.txt', 'c')

  expect(workspace.writableRoots).toEqual([path.join(folder.path, 'root'), path.join(folder.path, 'more')])
  expect(await workspace.readText('../more/b.txt')).toBe('b')
  expect(await workspace.readText('../more/c.txt')).toBe('c')
})

test('the repository of a root can be read and not written, also before it is there', async () => {
  await using folder = await tempFolder({ 'root/.git/config': '[core]', 'more/a.txt': '' })
  await using workspace = await openWorkspace({
    workingDirectory: path.join(folder.path, 'root'),
    additionalDirectories: ['../more'],
    sandboxMode: 'workspace-write',
  })
  await symlink('.git', path.join(folder.path, 'root/alias'))

  expect(await workspace.readText('.git/config')).toBe('[core]')
  await denied(workspace.writeText('.git/hooks/post-checkout', '#!/bin/sh'))
  await denied(workspace.writeText('.GIT/config', ''))
  await denied(workspace.writeText('alias/config', ''))
  await denied(workspace.writeText('../more/.git/config', ''))
  await denied(workspace.remove('.git/config'))
  await workspace.writeText('.gitignore', 'node_modules')
})

test('a repository that .git only points to is protected where it lies', async () => {
  await using folder = await tempFolder({
    '.git': 'gitdir: store/repository\n',
    'store/repository/config': '',
  })
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'workspace-write',
  })

  await denied(workspace.writeText('store/repository/config', 'x'))
  await workspace.writeText('store/other.txt', 'x')
})

test('the repository that a worktree shares is protected with it', async () => {
  await using folder = await tempFolder({
    '.git': 'gitdir: main/.git/worktrees/w\n',
    'main/.git/worktrees/w/commondir': '../..\n',
    'main/.git/config': '',
  })
  await using workspace = await openWorkspace({ workingDirectory: folder.path, ...WRITING })

  await denied(workspace.writeText('main/.git/config', 'x'))
  await denied(workspace.writeText('main/.git/hooks/pre-commit', 'x'))
  await workspace.writeText('main/a.txt', 'x')
})

test('a protected folder that is a link is protected at both ends', async () => {
  await using folder = await tempFolder({ 'store/config': '' })
  await symlink('store', path.join(folder.path, '.git'))
  await using workspace = await openWorkspace({ workingDirectory: folder.path, ...WRITING })

  await denied(workspace.writeText('.git/config', 'x'))
  await denied(workspace.writeText('store/config', 'x'))
  await denied(workspace.remove('.git'))
})

test('the temporary folders can be read and written in workspace-write alone, unless they are excluded', async () => {
  await using folder = await tempFolder({ 'root/a.txt': '', 'tmp/b.txt': 'b', 'tmp/.git/config': '' })
  const mine = path.join(folder.path, 'tmp')
  const open = (options: Partial<WorkspaceOptions>) =>
    openWorkspace({
      workingDirectory: path.join(folder.path, 'root'),
      environment: { TMPDIR: mine },
      ...WRITING,
      ...options,
    })

  await using writing = await open({})
  await using excluded = await open({ excludeTmpdirEnvVar: true })
  await using reading = await open({ sandboxMode: 'read-only' })

  await writing.writeText(path.join(mine, 'c.txt'), 'c')
  expect(await writing.readText(path.join(mine, 'b.txt'))).toBe('b')
  await denied(writing.writeText(path.join(mine, '.git/config'), 'x'))
  await denied(writing.readText(path.join(folder.path, 'elsewhere')))
  await denied(excluded.readText(path.join(mine, 'b.txt')))
  await denied(reading.readText(path.join(mine, 'b.txt')))
  expect(writing.writableRoots).toEqual([path.join(folder.path, 'root')])
})

test('with full access every path can be read and written', async () => {
  await using folder = await tempFolder({ 'root/.git/config': '', 'outside.txt': 'x' })
  await using workspace = await openWorkspace({
    workingDirectory: path.join(folder.path, 'root'),
    sandboxMode: 'danger-full-access',
  })

  await workspace.writeText('../outside.txt', 'y')
  await workspace.writeText('.git/config', '[core]')

  expect(await workspace.readText('../outside.txt')).toBe('y')
})

test('a written file keeps its mode and its links, and its folders are made', async () => {
  await using folder = await tempFolder({ 'run.sh': 'old' })
  await chmod(path.join(folder.path, 'run.sh'), 0o750)
  await symlink('run.sh', path.join(folder.path, 'link.sh'))
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'workspace-write',
  })

  await workspace.writeText('link.sh', 'new')
  await workspace.writeText('deep/er/file.txt', 'x')

  expect(await readFile(path.join(folder.path, 'run.sh'), 'utf8')).toBe('new')
  expect((await stat(path.join(folder.path, 'run.sh'))).mode & 0o777).toBe(0o750)
  expect((await workspace.list('.')).map(({ name, kind }) => `${kind} ${name}`)).toEqual([
    'directory deep',
    'symlink link.sh',
    'file run.sh',
  ])
})

test('a link is removed itself, and a folder is never removed', async () => {
  await using folder = await tempFolder({ 'a.txt': 'x', 'folder/b.txt': '' })
  await symlink('a.txt', path.join(folder.path, 'link'))
  await using workspace = await openWorkspace({
    workingDirectory: folder.path,
    sandboxMode: 'workspace-write',
  })

  expect(await workspace.stat('link')).toMatchObject({ kind: 'symlink' })
  await workspace.remove('link')

  expect(await workspace.stat('link')).toBeNull()
  expect(await workspace.stat('a.txt')).toMatchObject({ kind: 'file', bytes: 1 })
  await expect(workspace.remove('folder')).rejects.toThrow()
  expect(await workspace.readText('folder/b.txt')).toBe('')
})

test('a part of a file can be read, also past its end', async () => {
  await using folder = await tempFolder({ 'a.txt': '0123456789' })
  await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'read-only' })
  const part = async (offset: number, limit?: number) =>
    Buffer.from(
      await workspace.readBytes('a.txt', { offset, ...(limit !== undefined && { limit }) }),
    ).toString()

  expect(await part(2, 3)).toBe('234')
  expect(await part(8, 99)).toBe('89')
  expect(await part(50, 3)).toBe('')
  expect(await part(7)).toBe('789')
})

test('a working directory that is missing, or a file, is refused by the name of its option', async () => {
  await using folder = await tempFolder({ 'a.txt': '' })
  const open = (workingDirectory: string, additionalDirectories: string[] = []) =>
    openWorkspace({ workingDirectory, additionalDirectories, sandboxMode: 'read-only' })

  await expect(open(path.join(folder.path, 'nowhere'))).rejects.toThrow(OptionError)
  await expect(open(path.join(folder.path, 'nowhere'))).rejects.toMatchObject({ option: 'workingDirectory' })
  await expect(open(path.join(folder.path, 'a.txt'))).rejects.toThrow(/a\.txt is a file/)
  await expect(open(folder.path, ['nowhere'])).rejects.toMatchObject({ option: 'additionalDirectories[0]' })
})

test.skipIf(process.platform === 'win32')('a pipe is refused instead of waited for', async () => {
  await using folder = await tempFolder()
  execFileSync('mkfifo', [path.join(folder.path, 'pipe')])
  await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'read-only' })

  expect(await workspace.stat('pipe')).toMatchObject({ kind: 'other' })
  await expect(workspace.readText('pipe')).rejects.toBeInstanceOf(SpecialFileError)
  await expect(workspace.readBytes('pipe', { limit: 1 })).rejects.toBeInstanceOf(SpecialFileError)
})

test.skipIf(process.platform === 'win32')(
  'a pipe or a socket is not written either, also by a link',
  async () => {
    await using folder = await tempFolder()
    execFileSync('mkfifo', [path.join(folder.path, 'pipe')])
    await symlink('pipe', path.join(folder.path, 'link'))
    const server = createServer().listen(path.join(folder.path, 'socket'))
    await once(server, 'listening')
    await using workspace = await openWorkspace({
      workingDirectory: folder.path,
      sandboxMode: 'danger-full-access',
    })

    for (const name of ['pipe', 'link', 'socket']) {
      await expect(workspace.writeText(name, 'x')).rejects.toMatchObject({
        code: 'special_file',
        access: 'write',
        message: expect.stringMatching(/(pipe|socket) was not written: /),
      })
    }
    expect(await workspace.stat('pipe')).toMatchObject({ kind: 'other' })
    server.close()
  },
)

test.skipIf(process.platform === 'win32')(
  'the null device is empty, and swallows what is written',
  async () => {
    await using folder = await tempFolder()
    await symlink(devNull, path.join(folder.path, 'nothing'))
    await using workspace = await openWorkspace({
      workingDirectory: folder.path,
      sandboxMode: 'danger-full-access',
    })

    await workspace.writeText('nothing', 'x')

    expect(await workspace.readText('nothing')).toBe('')
    expect((await stat(devNull)).isCharacterDevice()).toBe(true)
    await expect(workspace.readText('/dev/zero')).rejects.toBeInstanceOf(SpecialFileError)
  },
)

test.skipIf(process.platform === 'win32')(
  'a pipe that is named like a file of ours is waited for nowhere',
  async () => {
    await using folder = await tempFolder()
    const pipe = path.join(folder.path, '.git')
    execFileSync('mkfifo', [pipe])

    await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'read-only' })

    expect(workspace.root).toBe(folder.path)
    expect(await readHostText(pipe)).toBeNull()
    await expect(readHostBytes(pipe)).rejects.toBeInstanceOf(SpecialFileError)
  },
)

test.runIf(process.platform === 'linux')(
  'a folder that takes no new ones gives its error at once',
  async () => {
    await using folder = await tempFolder()
    await using workspace = await openWorkspace({
      workingDirectory: folder.path,
      sandboxMode: 'danger-full-access',
    })

    await expect(workspace.writeText('/proc/no-such-folder/deeper/a.txt', 'x')).rejects.toMatchObject({
      code: 'ENOENT',
    })
  },
)

test('a text that is not UTF-8 is read with replacement characters', async () => {
  await using folder = await tempFolder()
  await mkdir(path.join(folder.path, 'sub'))
  await writeFile(path.join(folder.path, 'sub/raw.bin'), Buffer.from([0x61, 0xff, 0x62]))
  await using workspace = await openWorkspace({ workingDirectory: folder.path, sandboxMode: 'read-only' })

  expect(await workspace.readText('sub/raw.bin')).toBe('a\uFFFDb')
})
