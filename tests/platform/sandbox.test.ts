/** What commands can do inside a sandbox, and how they end there. */

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWorkspace } from '../../src/platform/index.ts'
import { confined, hasBubblewrap, hasSandbox } from '../support/confined.ts'
import { isRunning, numberIn, processesIn, until, waitingFor } from '../support/processes.ts'
import { tempFolder } from '../support/temp-folder.ts'

const NODE = process.execPath

describe.skipIf(!hasSandbox)('with a sandbox for processes', () => {
  test('in read-only a command reads the whole disk and writes nothing', async () => {
    await using at = await confined({ sandboxMode: 'read-only', files: { 'root/a.txt': 'alpha' } })

    const read = await at.run(`cat a.txt ${at.outside}/treasure`)
    const written = await at.run('echo x > b.txt')
    const temporary = await at.run(`echo x > ${at.folder.path}/c.txt`)

    expect(read).toMatchObject({ exitCode: 0, stdout: 'alphagold\n' })
    expect(written).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/read-only|not permitted/i) })
    expect(temporary.exitCode).toBe(1)
    expect(await readdir(at.root)).toEqual(['a.txt'])
  })

  test('in workspace-write a command writes in the roots and nowhere else', async () => {
    await using at = await confined({
      additionalDirectories: ['../more'],
      files: { 'more/b.txt': '' },
    })

    const inside = await at.run('echo one > a.txt && echo two > ../more/b.txt')
    const outside = await at.run(`echo x > ${at.outside}/treasure`)

    expect(inside.exitCode).toBe(0)
    expect(await readFile(path.join(at.root, 'a.txt'), 'utf8')).toBe('one\n')
    expect(await readFile(path.join(at.folder.path, 'more/b.txt'), 'utf8')).toBe('two\n')
    expect(outside.exitCode).toBe(1)
    expect(await readFile(path.join(at.outside, 'treasure'), 'utf8')).toBe('gold\n')
  })

  test('the temporary folders are writable, unless they are excluded', async () => {
    await using mine = await tempFolder()
    const environment = { PATH: process.env.PATH, TMPDIR: mine.path }
    const tries = async (excludeSlashTmp: boolean, excludeTmpdirEnvVar: boolean) => {
      await using at = await confined({ environment, excludeSlashTmp, excludeTmpdirEnvVar })
      const { stdout } = await at.run(
        `touch ${at.outside}/a 2>&- && echo tmp; touch "$TMPDIR/b" 2>&- && echo tmpdir`,
      )
      return stdout.split('\n').filter((line) => line !== '')
    }

    expect(await tries(false, false)).toEqual(['tmp', 'tmpdir'])
    expect(await tries(true, false)).toEqual(['tmpdir'])
    expect(await tries(true, true)).toEqual([])
  })

  test('what a command may write a tool may write, and what it may not a tool may not', async () => {
    await using mine = await tempFolder()
    await using at = await confined({
      environment: { PATH: process.env.PATH, TMPDIR: mine.path },
      excludeTmpdirEnvVar: false,
      files: { 'root/.git/config': '', 'root/state/threads': '' },
      protectedPaths: ['state', '../state-that-is-not-there', 'later'],
    })
    const targets = [
      'a.txt',
      `${mine.path}/a.txt`,
      `${at.outside}/a.txt`,
      '.git/a',
      'state/a',
      '.agents/a',
      'later/a',
    ]

    for (const target of targets) {
      const { exitCode } = await at.run([
        'sh',
        '-c',
        'mkdir -p "$(dirname "$1")"; echo x > "$1"',
        '-',
        `./${target}`.replace('.//', '/'),
      ])
      const byTool = await at.workspace.writeText(target, 'y').then(
        () => true,
        () => false,
      )
      expect([target, byTool]).toEqual([target, exitCode === 0])
    }
    expect((await readdir(at.root)).sort()).toEqual(['.git', 'a.txt', 'state'])
  })

  test('the network is off unless it is asked for, and the command is told', async () => {
    await using folder = await tempFolder()
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const asking = `require('net').connect(${port}, '127.0.0.1').on('data', (d) => console.log(String(d))).on('error', (e) => console.log(e.code))
      console.log(process.env.CODEX_SANDBOX_NETWORK_DISABLED)`
    const answers = async (networkAccess: boolean) => {
      await using at = await confined({ networkAccess })
      return (await at.run([NODE, '-e', asking])).stdout
    }

    const off = await answers(false)
    const on = await answers(true)
    server.close()

    expect(off).toMatch(/^1\nE[A-Z]+\n$/)
    expect(on).toBe('undefined\nhello\n')
    expect(folder.path).not.toBe('')
  })

  test('exit codes are those of the command', async () => {
    await using at = await confined()
    await writeFile(path.join(at.root, 'plain'), 'x')
    await writeFile(path.join(at.root, 'lost'), '#!/no/such/interpreter\n', { mode: 0o755 })
    const codeOf = async (command: string | string[]) => (await at.run(command)).exitCode

    expect(await codeOf('exit 0')).toBe(0)
    expect(await codeOf('exit 3')).toBe(3)
    expect(await codeOf('exit 255')).toBe(255)
    expect(await codeOf('kill -KILL $$')).toBe(137)
    expect(await codeOf('kill -TERM $$')).toBe(143)
    expect(await codeOf('kill -INT $$')).toBe(130)
    expect(await codeOf(['no-such-program', '--flag'])).toBe(127)
    expect(await codeOf([path.join(at.root, 'lost')])).toBe(127)
    expect(await codeOf([path.join(at.root, 'plain')])).toBe(126)
    expect(await codeOf([at.root])).toBe(126)
  })

  test('words, folder, input and output arrive as they are', async () => {
    const odd = ['--', '-x', 'a b', '', '"\'$(`\\', 'Grüße \u{1F600} \u0081', 'line\nbreak', 'a=b', '*']
    await using at = await confined()
    const cwd = path.join(at.root, '--odd name\n=$HOME', 'Ünï')
    await mkdir(cwd, { recursive: true })

    const { stdout, stderr } = await at.run(
      [
        NODE,
        '-e',
        'console.error("aside"); process.stdin.on("data", (text) => console.log(JSON.stringify([process.argv.slice(1), process.cwd(), String(text)])))',
        ...['--', ...odd].slice(0, 1),
        ...odd,
      ],
      { cwd, stdin: 'to you' },
    )

    expect(JSON.parse(stdout)).toEqual([odd, cwd, 'to you'])
    expect(stderr).toBe('aside\n')
  })

  test('a program whose name looks like an option or a variable is run', async () => {
    await using at = await confined()
    for (const name of ['-i', 'a=b', 'cd', '--default-signal=INT']) {
      await writeFile(path.join(at.root, name), `#!/bin/sh\necho "ran $1"\n`, { mode: 0o755 })
      const result = await at.run([name, 'here'], { env: { PATH: `${at.root}:/usr/bin:/bin` } })
      expect(result).toMatchObject({ exitCode: 0, stdout: 'ran here\n' })
    }
  })

  test('a root with odd characters in its name is held', async () => {
    await using folder = await tempFolder({ '-- a\n"b" $(c)/x': '' })
    await using workspace = await openWorkspace({
      workingDirectory: path.join(folder.path, '-- a\n"b" $(c)'),
      sandboxMode: 'workspace-write',
      environment: process.env,
      excludeSlashTmp: true,
    })

    const result = await workspace.run({ command: 'touch y; mkdir .git; touch ../z; ls' })

    expect(result.stdout).toBe('x\ny\n')
    expect(await readdir(folder.path)).toHaveLength(1)
  })

  test('a command sees the same environment as without a sandbox', async () => {
    await using at = await confined()
    const env = {
      'odd.name': 'dot',
      'npm_config_@scope:x': 'y',
      MANY: 'one\ntwo = Ü "$x"',
      EMPTY: '',
      SHELLOPTS_LIKE: 'x',
    }
    const command = [NODE, '-p', 'JSON.stringify(process.env)']
    const without = [
      'PWD',
      'OLDPWD',
      '_',
      'SHLVL',
      'CODEX_TS_COMMAND',
      'CODEX_SANDBOX',
      'CODEX_SANDBOX_NETWORK_DISABLED',
    ]
    const seen = async (workspace: typeof at.workspace) =>
      Object.entries<string>(JSON.parse((await workspace.run({ command, env })).stdout))
        .filter(([name]) => !without.includes(name))
        .sort()

    expect(await seen(at.workspace)).toEqual(await seen(at.workspace.unconfined))
  })

  test('a timeout ends everything, and a command that obeys it has its say', async () => {
    await using at = await confined()

    const result = await at.run(
      `trap 'echo ended; exit 5' TERM; echo $$; (sleep 300 & setsid sleep 300 &) ; ${waitingFor('never')}`,
      { timeoutMs: 700 },
    )

    expect(result).toMatchObject({ exitCode: 124, timedOut: true })
    expect(result.stdout).toMatch(/^\d+\nended\n$/)
    expect(processesIn(at.root)).toEqual([])
  })

  test('an interrupt is obeyed by the command and not by its sandbox', async () => {
    await using at = await confined()
    const running = await at.workspace.start({
      command: [
        NODE,
        '-e',
        'process.on("SIGINT", () => { console.log("saved"); process.exit(4) }); setInterval(() => {}, 1e3); require("fs").writeFileSync("ready", "")',
      ],
    })
    await until(() => existsSync(path.join(at.root, 'ready')))

    running.interrupt()

    expect(await running.ended).toMatchObject({ exitCode: 4, stdout: 'saved\n' })
  })

  test('an interrupt ends a command that knows nothing of it with 130', async () => {
    await using at = await confined()
    const running = await at.workspace.start({ command: 'echo > ready; exec sleep 300' })
    await until(() => existsSync(path.join(at.root, 'ready')))

    running.interrupt()

    expect(await running.ended).toMatchObject({ exitCode: 130 })
  })

  test('a command in the process table is held, polled and ended', async () => {
    await using at = await confined()

    const started = await at.workspace.processes.start(
      { command: `echo one; touch ${at.outside}/x; ${waitingFor('go')}; echo two; exit 6` },
      { yieldMs: 600 },
    )
    await writeFile(path.join(at.root, 'go'), '')
    const later = await at.workspace.processes.write(started.sessionId ?? 0, '', { yieldMs: 5_000 })

    expect(started.output).toMatch(/^one\n.*outside/)
    expect(later).toMatchObject({ exitCode: 6, output: 'two\n' })
  })

  test('a daemon of two forks and a session of its own ends with its command', async () => {
    await using at = await confined()

    await at.run(
      '(setsid sh -c "echo \\$\\$ > pid; touch ready; while :; do date > beat; done" >/dev/null 2>&1 &) ; ' +
        waitingFor('ready'),
    )

    expect(processesIn(at.root)).toEqual([])
  })

  test('nothing is left of a closed workspace', async () => {
    await using at = await confined()
    const running = await at.workspace.start({ command: 'touch ready; setsid sleep 300 & exec sleep 300' })
    await until(() => existsSync(path.join(at.root, 'ready')))

    await at.workspace[Symbol.asyncDispose]()

    expect(running.pid !== undefined && isRunning(running.pid)).toBe(false)
    expect(processesIn(at.root)).toEqual([])
    expect(await readdir(at.root)).toEqual(['ready'])
  })

  test('one call can leave the sandbox while others stay inside', async () => {
    await using at = await confined()
    const command = `touch ${at.outside}/made`

    const inside = await at.run(command)
    const free = await at.workspace.unconfined.run({ command })

    expect([inside.exitCode, free.exitCode]).toEqual([1, 0])
    expect(await readdir(at.outside)).toContain('made')
  })

  test('a protected path that is a link is refused, because the link itself could be replaced', async () => {
    await using at = await confined({ files: { 'root/store/config': '' } })
    await symlink('store', path.join(at.root, '.git'))

    await expect(at.run('true')).rejects.toMatchObject({
      code: 'command_not_started',
      message: expect.stringMatching(/\.git is protected and a symbolic link.*Put a real folder/),
    })
  })

  test('a sandbox that cannot be set up says so instead of a bare exit code', async () => {
    await using at = await confined({ additionalDirectories: ['../more'], files: { 'more/a': '' } })
    expect((await at.run('true')).exitCode).toBe(0)
    await rm(path.join(at.folder.path, 'more'), { recursive: true })

    const result = await at.run('true')
    const listed = await at.workspace.processes.start({ command: 'true' }, { yieldMs: 2_000 })

    expect(result).toMatchObject({
      exitCode: 126,
      stderr: expect.stringContaining('its sandbox could not be set up'),
    })
    expect(listed).toMatchObject({
      exitCode: 126,
      output: expect.stringContaining('its sandbox could not be set up'),
    })
  })

  test('a command that only sounds like the sandbox keeps its exit code', async () => {
    await using at = await confined()

    const result = await at.run('echo "bwrap: nothing of the kind" >&2; exit 1')

    expect(result).toMatchObject({ exitCode: 1, stderr: 'bwrap: nothing of the kind\n' })
  })

  test.each([
    ['a word', ['echo', 'a\0b'], {}],
    ['a variable', ['echo'], { A: 'x\0--bind\0/\0/' }],
    ['a name', ['echo'], { 'A=B': 'x' }],
  ])('%s that no process can be given is refused', async (_, command, env) => {
    await using at = await confined()

    await expect(at.run(command, { env })).rejects.toMatchObject({ code: 'command_not_started' })
  })

  test('many commands at once, with placeholders between them, all end well', async () => {
    await using at = await confined()

    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => at.run(`mkdir .git 2>&-; touch .codex/x 2>&-; echo ${index}`)),
    )

    expect(results.map(({ stdout }) => stdout.trim())).toEqual(results.map((_, index) => `${index}`))
    expect(await readdir(at.root)).toEqual([])
  })
})

describe.skipIf(!hasBubblewrap)('with bubblewrap', () => {
  test('a place that another process holds is neither taken nor given up', async () => {
    await using at = await confined()
    const foreign = path.join(at.root, '.git', 'held-by-codex-ts.another-host.4711.0')
    await mkdir(foreign, { recursive: true })

    const result = await at.run('touch .git/hooks')

    expect(result.exitCode).toBe(1)
    expect(await readdir(path.join(at.root, '.git'))).toEqual(['held-by-codex-ts.another-host.4711.0'])
  })

  test('what a dead process left behind is swept by the next command', async () => {
    const { hostname } = await import('node:os')
    await using at = await confined()
    await mkdir(path.join(at.root, '.git', `held-by-codex-ts.${hostname()}.99999999.0`), { recursive: true })

    await at.run('true')

    expect(await readdir(at.root)).toEqual([])
  })

  test('a repository that a person makes meanwhile stays', async () => {
    await using at = await confined()
    const running = await at.workspace.start({ command: `touch ready; ${waitingFor('go')}` })
    await until(() => existsSync(path.join(at.root, 'ready')))

    await writeFile(path.join(at.root, '.git/HEAD'), 'ref: refs/heads/main\n')
    await writeFile(path.join(at.root, 'go'), '')
    await running.ended

    expect(await readdir(path.join(at.root, '.git'))).toEqual(['HEAD'])
    expect(await readdir(at.root)).toEqual(['.git', 'go', 'ready'])
  })

  test('commands in a row leave no descriptor open', async () => {
    await using at = await confined()
    await at.run('true')
    const openFiles = async () => (await readdir('/proc/self/fd')).length
    const before = await openFiles()

    for (let count = 0; count < 20; count += 1) await at.run('true')

    expect(await openFiles()).toBeLessThanOrEqual(before + 1)
  })

  test('the host’s processes, and their environments, are not to be seen', async () => {
    await using at = await confined()

    const { stdout } = await at.run(
      `ls -d /proc/[0-9]* | wc -l; cat /proc/*/environ | tr '\\0' '\\n' | grep -c VITEST`,
    )
    const [processes = '', secrets = ''] = stdout.split('\n')

    expect(Number(processes)).toBeLessThan(10)
    expect(secrets).toBe('0')
  })

  test('a number in a file is that of the sandbox, where counting begins anew', async () => {
    await using at = await confined()

    await at.run('echo $$ > pid')

    expect(await numberIn(path.join(at.root, 'pid'))).toBeLessThan(10)
  })
})
