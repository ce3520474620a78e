/** Ways out of the sandbox, each of which has to be closed. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openWorkspace } from '../../src/platform/index.ts'
import { type Confined, confined, hasBubblewrap, hasSandbox } from '../support/confined.ts'
import { processesIn, until } from '../support/processes.ts'
import { repositoryRoot } from '../support/source-graph.ts'
import { tempFolder } from '../support/temp-folder.ts'

const NODE = process.execPath
const has = (program: string) => {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', '-', program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let at: Confined
beforeEach(async () => {
  at = await confined({
    files: { 'root/.git/config': '[core]\n', 'root/.git/hooks/sample': '', 'root/a.txt': 'alpha\n' },
  })
})
afterEach(() => at[Symbol.asyncDispose]())

const treasureIsSafe = async () => {
  expect(await readFile(path.join(at.outside, 'treasure'), 'utf8')).toBe('gold\n')
  expect(await readdir(at.outside)).toEqual(['treasure'])
}
const repositoryIsSafe = async () => {
  expect(await readFile(path.join(at.root, '.git/config'), 'utf8')).toBe('[core]\n')
  expect(await readdir(path.join(at.root, '.git/hooks'))).toEqual(['sample'])
}

describe.skipIf(!hasSandbox)('files', () => {
  test.each([
    ['a path with dots', 'echo x > ../outside/treasure'],
    ['a link to a file', 'ln -s ../outside/treasure l; echo x > l'],
    ['a link to a folder', 'ln -s ../outside l; echo x > l/made'],
    ['a link to nothing yet', 'ln -s ../outside/made l; echo x > l'],
    ['the root that /proc shows', 'echo x > /proc/self/root$PWD/../outside/treasure'],
    ['the root of the first process', 'echo x > /proc/1/root$PWD/../outside/treasure'],
    ['the current folder that /proc shows', 'echo x > /proc/self/cwd/../outside/treasure'],
    ['a hard link', 'ln ../outside/treasure l && echo x > l'],
    ['moving it in', 'mv ../outside/treasure .'],
    ['moving the root away', 'cd ..; mv root gone; mkdir root'],
    [
      'its mode and its times',
      'chmod 000 ../outside/treasure; touch -d 2001-01-01 ../outside; rm -f ../outside/treasure',
    ],
    [
      'a file that is opened and cut',
      'truncate -s 0 ../outside/treasure; dd if=/dev/null of=../outside/treasure',
    ],
  ])('are not changed outside by %s', async (_, command) => {
    await at.run(command)

    await treasureIsSafe()
    expect(existsSync(at.root)).toBe(true)
    expect(existsSync(path.join(at.folder.path, 'gone'))).toBe(false)
  })

  test.each([
    ['writing a hook', 'echo x > .git/hooks/pre-commit'],
    ['changing its settings', 'echo x >> .git/config; sed -i s/core/evil/ .git/config'],
    ['removing it', 'rm -rf .git'],
    ['moving it away', 'mv .git gone; mkdir .git; echo x > .git/config'],
    ['a link to it', 'ln -s .git l; echo x > l/hooks/pre-commit'],
    ['a hard link of a file in it', 'ln .git/config l && echo x > l'],
    ['the way through /proc', 'echo x > /proc/self/root$PWD/.git/hooks/pre-commit'],
    ['unmounting it', 'umount .git; umount -l .git; echo x > .git/hooks/pre-commit'],
    ['mounting it again', 'mount -o remount,bind,rw .git; echo x > .git/hooks/pre-commit'],
  ])('of a repository are not changed by %s', async (_, command) => {
    await at.run(command)

    await repositoryIsSafe()
    expect(existsSync(path.join(at.root, 'gone'))).toBe(false)
  })

  test('a repository, agents or settings cannot be made where there are none, not even by what stays behind', async () => {
    const spin = (name: string) => `while :; do mkdir ${name}; touch ${name}/evil; done`

    for (const name of ['.git', '.codex', '.agents']) {
      await rm(path.join(at.root, '.git'), { recursive: true, force: true })
      const result = await at.run(
        `(${spin(name)}) >/dev/null 2>&1 & (setsid sh -c '${spin(name)}' >/dev/null 2>&1 &); mkdir ${name}; ln -s / ${name}; mv a.txt ${name}; sleep 0.05`,
      )
      expect(result.exitCode).toBe(0)
      expect((await readdir(at.root)).filter((entry) => entry.startsWith('.'))).toEqual([])
    }
  })

  test('a command that is killed leaves nothing in a protected place either', async () => {
    await rm(path.join(at.root, '.git'), { recursive: true })

    await at.run(`trap '' TERM; while :; do mkdir .git; touch .git/evil; done 2>&-`, { timeoutMs: 100 })

    expect(await readdir(at.root)).toEqual(['a.txt'])
  })

  test('a folder on the way to what is protected cannot be moved away with it', async () => {
    await using other = await confined({
      additionalDirectories: ['..'],
      protectedPaths: ['deep/er/state', 'not/yet/there'],
      files: { 'root/deep/er/state/threads': 'mine\n', 'root/.git/config': '' },
    })

    await other.run('mv deep gone; mv deep/er gone; mkdir -p deep/er/state; echo x > deep/er/state/threads')
    await other.run('cd ..; mv root gone; mkdir -p root/.git; echo x > root/.git/config')
    await other.run('mkdir -p not/yet/there; echo x > not/yet/there/evil')

    expect(await readFile(path.join(other.root, 'deep/er/state/threads'), 'utf8')).toBe('mine\n')
    // What can be read can be copied: the original stays where it is.
    expect(await readdir(path.join(other.root, 'deep/er/state'))).toEqual(['threads'])
    expect(existsSync(path.join(other.root, 'not'))).toBe(false)
    expect((await readdir(other.folder.path)).sort()).toEqual(['outside', 'root'])
    expect(await readFile(path.join(other.root, '.git/config'), 'utf8')).toBe('')
  })

  test('a root inside the writable temporary folder is held like any other', async () => {
    await using other = await confined({ excludeSlashTmp: false })

    await other.run('cd ..; mkdir root/.git; mv ../$(basename $PWD) ../gone; mv root gone; ls > proof')

    expect((await readdir(other.folder.path)).sort()).toEqual(['outside', 'proof', 'root'])
    expect(await readdir(other.root)).toEqual([])
  })

  test('a repository elsewhere, and the one that it shares, are protected inside a root', async () => {
    await using other = await confined({
      files: {
        'root/.git': 'gitdir: main/.git/worktrees/w\n',
        'root/main/.git/worktrees/w/commondir': '../..\n',
        'root/main/.git/hooks/sample': '',
      },
    })

    await other.run(
      'echo x > main/.git/hooks/evil; echo x > main/.git/worktrees/w/evil; mv main gone; rm .git; echo x > .git',
    )

    expect(await readdir(path.join(other.root, 'main/.git/hooks'))).toEqual(['sample'])
    expect(await readdir(path.join(other.root, 'main/.git/worktrees/w'))).toEqual(['commondir'])
    expect(await readFile(path.join(other.root, '.git'), 'utf8')).toBe('gitdir: main/.git/worktrees/w\n')
  })
})

describe.skipIf(!hasBubblewrap)('the machine', () => {
  test.each([
    ['mounting everything writable', 'mount -o remount,bind,rw /'],
    ['a mount of its own', 'mount -t tmpfs none ../outside'],
    [
      'namespaces of its own',
      'unshare -Urm sh -c "mount -o remount,bind,rw /; mount -t tmpfs none ../outside; echo x > ../outside/treasure"',
    ],
    ['a change of its root', 'unshare -Ur chroot /proc/1/root sh -c "echo x > $PWD/../outside/treasure"'],
    ['a device', 'mknod disk b 8 0; mknod disk b 259 0; mknod disk b 254 0; cat disk'],
    ['the kernel’s switches', 'echo "|$PWD/evil" > /proc/sys/kernel/core_pattern'],
    ['the kernel’s emergency key', 'echo h > /proc/sysrq-trigger'],
    ['the kernel’s devices', 'echo x > /sys/kernel/uevent_helper; echo x > /sys/kernel/mm/ksm/run'],
    ['a control group', 'mkdir /sys/fs/cgroup/evil; echo $$ > /sys/fs/cgroup/cgroup.procs'],
    [
      'a program with rights of its owner',
      'cp /bin/sh s; chmod u+s s; ./s -c "echo x > ../outside/treasure"',
    ],
  ])('is not to be had by %s', async (_, command) => {
    const before = await readFile('/proc/sys/kernel/core_pattern', 'utf8')

    const { exitCode } = await at.run(command)

    expect(exitCode).not.toBe(0)
    expect(await readFile('/proc/sys/kernel/core_pattern', 'utf8')).toBe(before)
    await treasureIsSafe()
  })

  test('its processes can be neither signalled nor traced nor read', async () => {
    const victim = spawn('sleep', ['300'], { env: { SECRET: 'gold' } })

    const result = await at.run(
      `kill -9 ${victim.pid}; cat /proc/${victim.pid}/environ; ls /proc/${victim.pid}; kill -9 -1; echo after`,
    )

    expect(result.stdout).not.toContain('gold')
    expect(victim.exitCode).toBeNull()
    expect(victim.signalCode).toBeNull()
    victim.kill()
  })

  test('its sockets cannot be reached, by name or by number', async () => {
    const server = createServer((socket) => socket.end('gold')).listen(path.join(at.root, 'socket'))
    await once(server, 'listening')
    const script = `
      const { connect, createServer } = require('node:net')
      const tell = (what) => (thing) => thing.on('data', (data) => console.log(what, String(data))).on('error', (error) => console.log(what, error.code))
      tell('connect')(connect('socket'))
      tell('abstract')(connect('\\0gold'))
      tell('listen')(createServer().listen('mine'))
      const own = createServer((socket) => socket.end('own')).listen(0, () => tell('loopback')(connect(own.address().port)).on('close', () => own.close()))
    `
    const { stdout } = await at.run([NODE, '-e', script])
    server.close()

    expect(stdout.split('\n').sort()).toEqual([
      '',
      'abstract EPERM',
      'connect EPERM',
      'listen EPERM',
      'loopback own',
    ])
  })

  test.skipIf(!has('perl'))('no other way to make such a socket is open', async () => {
    const socket = { x64: 41, arm64: 198 }[process.arch as 'x64'] ?? 41
    const socketpair = { x64: 53, arm64: 199 }[process.arch as 'x64'] ?? 53
    const calls = [
      [socket, 1, 1, 0],
      [socket, 1, 2, 0],
      [socket, 1, 0x80001, 0],
      // Packets, the kernel's ciphers, Bluetooth, TIPC, and the host of a virtual machine.
      ...[17, 38, 31, 30, 40].map((family) => [socket, family, 1, 0]),
      [socketpair, 1, 2, 0],
      [socketpair, 1, 3, 0],
      [425, 8, 0, 0],
      ...(process.arch === 'x64' ? [[0x40000000 + 41, 1, 1, 0]] : []),
    ]
    const script = `for my $c (${calls.map((call) => `[${call}]`)}) { $! = 0; my $r = syscall($c->[0], $c->[1], $c->[2], $c->[3], $b = "x" x 64); print $r, " ", $! + 0, "\\n" }`

    const { stdout } = await at.run(['perl', '-e', script])

    expect(stdout).toBe('-1 1\n'.repeat(calls.length))
  })

  test('a daemon of its own does not outlive the command', async () => {
    await at.run('setsid sh -c "setsid sleep 300 & sleep 300" >/dev/null 2>&1 & touch ready')

    expect(processesIn(at.root)).toEqual([])
  })

  test('the environment of a command is nothing to what sets up its sandbox', async () => {
    // The loader of any program that starts outside would write its trace there.
    const env = {
      LD_DEBUG: 'libs',
      LD_DEBUG_OUTPUT: path.join(at.outside, 'trace'),
      LD_PRELOAD: path.join(at.root, 'evil.so'),
      ENV: path.join(at.root, 'evil.sh'),
      BASH_ENV: path.join(at.root, 'evil.sh'),
      SHELLOPTS: 'xtrace',
      PS4: `$(touch ${at.outside}/ps4)`,
      'BASH_FUNC_exec%%': `() { touch ${at.outside}/function; }`,
      PATH: at.root,
    }
    await writeFile(path.join(at.root, 'evil.sh'), `touch ${at.outside}/env\n`)
    for (const name of ['bwrap', 'sh', 'env']) {
      await writeFile(path.join(at.root, name), `#!/bin/sh\ntouch ${at.outside}/${name}\n`, { mode: 0o755 })
    }

    const result = await at.run(['/bin/echo', 'ran'], { env })

    expect(result.stdout).toMatch(/ran\n$/)
    await treasureIsSafe()
  })

  test('its shared memory and its terminals are others', async () => {
    await using shared = await tempFolder()
    const name = `codex-ts-test-${path.basename(shared.path)}`
    await writeFile(`/dev/shm/${name}`, 'gold')

    const { stdout } = await at.run(`ls /dev/shm; ls /dev | tr '\\n' ' '; echo x > /dev/tty`)
    await rm(`/dev/shm/${name}`)

    expect(stdout).not.toContain(name)
    expect(stdout).not.toMatch(/\b(?:sd[a-z]|vd[a-z]|nvme\d|mem|kmsg)\b/)
  })

  test('a command ends with a host that is killed', async () => {
    const program = `
      import { openWorkspace } from ${JSON.stringify(path.join(repositoryRoot, 'src/platform/index.ts'))}
      const workspace = await openWorkspace({ workingDirectory: ${JSON.stringify(at.root)}, sandboxMode: 'workspace-write', environment: process.env, excludeSlashTmp: true })
      await workspace.start({ command: 'touch ready; setsid sleep 300 & sleep 300' })`
    const host = spawn(NODE, ['--input-type=module', '-e', program], { stdio: 'ignore' })
    await until(() => existsSync(path.join(at.root, 'ready')))

    host.kill('SIGKILL')

    await until(() => processesIn(at.root).length === 0)
  })

  test.skipIf(process.getuid?.() !== 0)('an ordinary user is held as root is', async () => {
    const nobody = 65_534
    await using mine = await tempFolder({ 'root/a.txt': 'alpha', 'outside/treasure': 'gold' })
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, mine.path])
    await chmod(mine.path, 0o755)
    await symlink('../outside', path.join(mine.path, 'root/link'))
    const program = `
      import { openWorkspace } from ${JSON.stringify(path.join(repositoryRoot, 'src/platform/index.ts'))}
      await using workspace = await openWorkspace({ workingDirectory: ${JSON.stringify(path.join(mine.path, 'root'))}, sandboxMode: 'workspace-write', environment: process.env, excludeSlashTmp: true })
      const { stdout } = await workspace.run({ command: 'id -u; cat link/treasure; echo x > link/treasure; mkdir .git; touch .codex/x; touch made; unshare -Urm mount -o remount,bind,rw / && echo x > link/treasure; exit 0' })
      console.log(JSON.stringify(stdout))`
    const host = spawn(NODE, ['--input-type=module', '-e', program], {
      uid: nobody,
      gid: nobody,
      cwd: '/',
      env: { PATH: process.env.PATH },
    })

    const [said, complaint] = await Promise.all([text(host.stdout), text(host.stderr)])

    expect(complaint).toBe('')
    expect(JSON.parse(said)).toBe(`${nobody}\ngold`)
    expect(await readFile(path.join(mine.path, 'outside/treasure'), 'utf8')).toBe('gold')
    expect((await readdir(path.join(mine.path, 'root'))).sort()).toEqual(['a.txt', 'link', 'made'])
  })
})

test.skipIf(!hasSandbox)(
  'the state of the host is written by no command, also by a root above it',
  async () => {
    await using folder = await tempFolder({ 'home/.codex-ts/threads/t.jsonl': '{}\n', 'home/site/a.txt': '' })
    const home = path.join(folder.path, 'home')
    await using workspace = await openWorkspace({
      workingDirectory: home,
      sandboxMode: 'workspace-write',
      environment: process.env,
      excludeSlashTmp: true,
      protectedPaths: [path.join(home, '.codex-ts')],
    })
    await mkdir(path.join(home, 'sub'))

    const result = await workspace.run({
      command:
        'echo x > .codex-ts/threads/t.jsonl; rm -rf .codex-ts; mv .codex-ts sub; touch site/b.txt; cat .codex-ts/threads/t.jsonl',
    })

    expect(result.stdout).toBe('{}\n')
    expect((await readdir(home)).sort()).toEqual(['.codex-ts', 'site', 'sub'])
    expect(await readFile(path.join(home, '.codex-ts/threads/t.jsonl'), 'utf8')).toBe('{}\n')
    await expect(workspace.writeText('.codex-ts/threads/t.jsonl', 'x')).rejects.toMatchObject({
      code: 'path_denied',
    })
  },
)
