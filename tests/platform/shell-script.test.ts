/** How a shell's script is read, before anybody judges it. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are a shell's.

import { execFile } from 'node:child_process'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { commandsOf, parseShellScript, unwrapCommand } from '../../src/platform/index.ts'
import { builtPackage } from '../support/built-package.ts'

const plainOf = async (script: string) => (await parseShellScript(script)).plainCommands
const wordsOf = async (script: string) => (await parseShellScript(script)).commands.map(({ words }) => words)

describe('a plain script is read as its commands', () => {
  test.each<[string, string[][]]>([
    ['ls', [['ls']]],
    ['  ls -la  \n', [['ls', '-la']]],
    ['a && b || c; d | e\nf', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a;b;', [['a'], ['b']]],
    ['head -n 5 -3', [['head', '-n', '5', '-3']]],
    [`echo "two words" 'and $more' "" ''`, [['echo', 'two words', 'and $more', '', '']]],
    [`r\\m "r"m ca''t --c="d e"`, [['rm', 'rm', 'cat', '--c=d e']]],
    ['echo "a \\" \\$b \\\\ \\c" \\$HOME', [['echo', 'a " $b \\ \\c', '$HOME']]],
    ['echo "a\\\nb"', [['echo', 'ab']]],
    ['a \\\n  b', [['a', 'b']]],
    ['rg x *.ts', [['rg', 'x', '*.ts']]],
    ['find . -name {} \\{a,b}', [['find', '.', '-name', '{}', '{a,b}']]],
    ['echo a#b a=b != ~/x', [['echo', 'a#b', 'a=b', '!=', '~/x']]],
    ['écho 日本語 "a\u00a0b"', [['écho', '日本語', 'a\u00a0b']]],
    ['', []],
  ])('%j', async (script, commands) => {
    expect(await plainOf(script)).toEqual(commands)
  })
})

test.each([
  ['a redirection', 'ls > x'],
  ['a redirection before the program', '>x ls'],
  ['a joined stream', 'ls 2>&1'],
  ['a here-document', 'cat <<E\nx\nE'],
  ['a here-string', 'cat <<< x'],
  ['a substitution', 'echo $(ls)'],
  ['backquotes', 'echo `ls`'],
  ['a substitution in quotes', 'echo "$(ls)"'],
  ['a process substitution', 'cat <(ls)'],
  ['a variable', 'echo $HOME'],
  ['a variable in quotes', 'echo "$HOME"'],
  ['arithmetic', 'echo $((1))'],
  ['an assignment', 'a=1'],
  ['an assignment before a program', 'a=1 ls'],
  ['a condition', 'if a; then b; fi'],
  ['a loop', 'for i in a; do b; done'],
  ['a case', 'case a in b) c;; esac'],
  ['a test', '[[ -f x ]]'],
  ['a bracket', '[ -f x ]'],
  ['a group', '{ ls; }'],
  ['a subshell', '(ls)'],
  ['a function', 'ls() { rm; }'],
  ['the background', 'ls & pwd'],
  ['a pipe of both streams', 'ls |& cat'],
  ['a negation', '! ls'],
  ['a comment', 'ls # x'],
  ['a declaration', 'export A=b'],
  ['braces that make words', 'echo {a,b}'],
  ['braces that count', 'echo {1..3}'],
  ['a pattern as the program', 'l? x'],
  ['escapes of C', "echo $'a'"],
  ['a lone dollar', 'echo $'],
  ['an open quote', "echo 'a"],
  ['half a list', 'ls &&'],
  ['a carriage return', 'ls\r\npwd'],
  ['a form feed', 'ls\fpwd'],
  ['a word over two lines', 'l\\\ns'],
  ['a NUL', 'ls\0'],
  ['half a character', 'ls \ud800'],
])('a script with %s is not plain', async (_, script) => {
  expect(await plainOf(script)).toBeNull()
})

describe('every command is found, wherever it stands', () => {
  test.each<[string, (string | null)[][]]>([
    [
      'echo $(rm -rf x)',
      [
        ['echo', null],
        ['rm', '-rf', 'x'],
      ],
    ],
    [
      'echo "a `rm x` b"',
      [
        ['echo', null],
        ['rm', 'x'],
      ],
    ],
    [
      'cat <(rm x)',
      [
        ['cat', null],
        ['rm', 'x'],
      ],
    ],
    ['cat <<E\n$(rm x)\nE', [['cat'], ['rm', 'x']]],
    ["cat <<'E'\n$(rm x)\nE", [['cat']]],
    ['cat <<< $(rm x)', [['cat'], ['rm', 'x']]],
    ['cat <<E | rm x\ny\nE', [['cat'], ['rm', 'x']]],
    ['a=1 rm x', [['rm', 'x']]],
    ['a=$(rm x)', [['rm', 'x']]],
    ['a=(1 $(rm x))', [['rm', 'x']]],
    [
      'export A=$(rm x)',
      [
        ['export', null],
        ['rm', 'x'],
      ],
    ],
    ['{ rm x; }', [['rm', 'x']]],
    ['(rm x)', [['rm', 'x']]],
    ['! rm x', [['rm', 'x']]],
    ['rm x & wait', [['rm', 'x'], ['wait']]],
    ['ls() { rm x; }; ls', [['rm', 'x'], ['ls']]],
    ['if a; then b; elif c; then d; else e; fi', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['for i in $(a); do b $i; done', [['a'], ['b', null]]],
    ['for ((i=0; i<$(a); i++)); do b; done', [['a'], ['b']]],
    ['while a; do b; done', [['a'], ['b']]],
    ['case $(a) in b) c;; *) d;; esac', [['a'], ['c'], ['d']]],
    [
      '[ -n "$(rm x)" ]',
      [
        ['[', null],
        ['rm', 'x'],
      ],
    ],
    ['[[ a =~ $(rm x) ]]', [['rm', 'x']]],
    [
      'echo $((1 + $(rm x)))',
      [
        ['echo', null],
        ['rm', 'x'],
      ],
    ],
    [
      'echo ${a:-$(rm x)}',
      [
        ['echo', null],
        ['rm', 'x'],
      ],
    ],
    ['rm 2>log -rf x', [['rm', '-rf', 'x']]],
    ['rm >a -r >b x', [['rm', '-r', 'x']]],
    ['a && rm <<E -rf\nx\nE', [['a'], ['rm', '-rf']]],
    ["$'rm' x", [['rm', 'x']]],
    ["$'\\x72m' x", [[null, 'x']]],
    ['$x rm', [[null, 'rm']]],
    ['r* x', [[null, 'x']]],
    ['ls *.ts', [['ls', null]]],
    ['# rm x', []],
  ])('%j', async (script, commands) => {
    expect(await wordsOf(script)).toEqual(commands)
  })
})

test.each([
  ['a comment to the grammar, not to a shell', 'echo a\r# ; rm x'],
  ['two words to the grammar, one to a shell', 'r\\\nm x'],
  ['backquotes in backquotes', 'echo `a \\`rm x\\``'],
  ['a substitution that the grammar takes as text', 'echo ${x#$(rm x)}'],
  ['a fall-through that the grammar does not know', 'case a in a) b;& esac'],
  ['braces as a command', '{rm,-rf,x}'],
  ['a pattern to the grammar, lines to a shell', '(a == *\n>out rm = x)'],
])('it is told where shells may see another command: %s', async (_, script) => {
  expect(await parseShellScript(script)).toMatchObject({ plainCommands: null, hasError: true })
})

const many = (text: string) => text.repeat(Math.floor(100_000 / text.length))

test.each([
  ['a megabyte', 'ls\n'.repeat(350_000)],
  ['a NUL', 'ls; \0rm x'],
  ['a list of many parts', many('a && ')],
  ['many here-documents', many('<<E ')],
  ['open brackets', many('(')],
  ['open substitutions', many('"$(')],
  ['open functions', many('f() { ')],
])('%s is not plain, and nobody waits for it', async (_, script) => {
  expect(await parseShellScript(script)).toMatchObject({ plainCommands: null, hasError: true })
  expect(await plainOf('ls -a')).toEqual([['ls', '-a']])
})

test('many scripts can be read at once', async () => {
  const scripts = Array.from({ length: 50 }, (_, index) => `echo ${index} && pwd`)

  const read = await Promise.all(scripts.map(plainOf))

  expect(read).toEqual(scripts.map((_, index) => [['echo', `${index}`], ['pwd']]))
})

describe('what wrappers start is found', () => {
  test.each<[string, string[]]>([
    ['sudo -n -u root rm x', ['sudo', 'rm']],
    ['sudo --user=root -- rm x', ['sudo', 'rm']],
    ['sudo A=b rm x', ['sudo', 'rm']],
    ['env -i A=b -u C rm x', ['env', 'rm']],
    ["env -S 'rm -r' x", ['env', 'rm']],
    ['command rm x', ['command', 'rm']],
    ['exec -a name rm x', ['exec', 'rm']],
    ['nohup nice -n 5 rm x', ['nohup', 'nice', 'rm']],
    ['nice -5 rm x', ['nice', 'rm']],
    ['time -p rm x', ['time', 'rm']],
    ['time ! a=b rm x', ['time', 'rm']],
    ['timeout -k 3 5 rm x', ['timeout', 'rm']],
    ['stdbuf -oL setsid -w rm x', ['stdbuf', 'setsid', 'rm']],
    ['busybox rm x', ['busybox', 'rm']],
    ["su - me -c 'rm x'", ['su', 'rm']],
    ['coproc rm x', ['coproc', 'rm']],
    ['ls | xargs -0 -n 1 rm', ['ls', 'xargs', 'rm']],
    ["ls | xargs -I{} sh -c 'rm {}'", ['ls', 'xargs', 'sh', 'rm']],
    ['find . -exec rm {} + -o -exec ls \\;', ['find', 'rm', 'ls']],
    [`bash -lc "sh -ec 'rm x'"`, ['bash', 'sh', 'rm']],
    ["bash --norc -o pipefail -c 'rm x' name", ['bash', 'rm']],
    ['/usr/bin/env bash -c "$(cat <<<x)"', ['/usr/bin/env', 'cat', 'bash']],
    ['eval "rm x; ls"', ['eval', 'rm', 'ls']],
    ["trap 'rm x' EXIT", ['trap', 'rm']],
    ["alias ls='rm x'", ['alias', 'rm']],
    ['flock -w 5 lock rm x', ['flock', 'rm']],
    ["flock lock -c 'rm x'", ['flock', 'rm']],
    ['flock lock --command "rm x"', ['flock', 'rm']],
    ["script -qc 'rm x' out", ['script', 'rm']],
    ["script --command='rm x'", ['script', 'rm']],
    ["watch -n 1 'ls; rm x'", ['watch', 'ls; rm x', 'ls', 'rm']],
    ['strace -o out rm x', ['strace', 'rm']],
    ['ltrace -f rm x', ['ltrace', 'rm']],
    ['unshare -Urm rm x', ['unshare', 'rm']],
    ['nsenter -t 1 -m -- rm x', ['nsenter', 'rm']],
    ['taskset -c 0,1 rm x', ['taskset', 'rm']],
    ['chrt -f 10 rm x', ['chrt', 'rm']],
    ['chrt -o rm x', ['chrt', 'rm']],
    ['setpriv --reuid 1 --clear-groups rm x', ['setpriv', 'rm']],
    ['setarch x86_64 -R rm x', ['setarch', 'rm']],
    ['setarch -R rm x', ['setarch', 'rm']],
    ['linux32 rm x', ['linux32', 'rm']],
    ['runuser -u me -- rm x', ['runuser', 'rm']],
    ["runuser me -c 'rm x'", ['runuser', 'rm']],
    ["su --command='rm x'", ['su', 'rm']],
    ['systemd-run --user --scope rm x', ['systemd-run', 'rm']],
    ['pkexec --user me rm x', ['pkexec', 'rm']],
    ['run0 -u me rm x', ['run0', 'rm']],
    ['poetry run rm x', ['poetry', 'rm']],
    ['bundle exec rm x', ['bundle', 'rm']],
    ['/lib64/ld-linux-x86-64.so.2 --library-path a rm x', ['/lib64/ld-linux-x86-64.so.2', 'rm']],
    ['ssh -p 22 host rm x', ['ssh', 'rm', 'rm']],
    ["git -c alias.x='!rm x' x", ['git', 'rm']],
    ['git -c core.pager=rm log', ['git', 'rm']],
    ['bash5.2 -c "rm x"', ['bash5.2', 'rm']],
  ])('%j', async (command, programs) => {
    const { all } = await commandsOf(command)

    expect(all.map(([program]) => program)).toEqual(programs)
  })

  test.each([
    'bash',
    'curl x | sh',
    'bash -s x',
    'bash -c "$x"',
    'bash <<E\nrm x\nE',
    'eval $x',
    'sudo $x',
    'sudo --new-option rm x',
    'pwsh -Command x',
    "bash -c 'rm \\'",
    "xargs -I{} sh -c '{}'",
    'ls &&',
    'sh <<< x',
    'bash /dev/stdin <<< x',
    'source <(x)',
    'python3 <<E\nx\nE',
    'node - < x',
    "su -c'rm x'",
    'su me',
    'script',
    'unshare -r',
    'ssh host',
    "ssh -o ProxyCommand='rm x' host ls",
    'gdb --args rm x',
    'tmux new-session rm',
    'parallel rm ::: x',
    'crontab x',
    'at now',
    'nix run x',
    'conda run -n a rm x',
    "strace -o '|rm x' ls",
    'git --config-env=alias.x=Y x',
    "mapfile -C 'rm x' -c 1",
    'complete -C "rm x" y',
    'hash -p /bin/rm q',
    'coproc N { rm x; }',
    "PS4='$(rm x)'; set -x",
    "env BASH_ENV=x bash -c ':'",
    "export PROMPT_COMMAND='rm x'",
    "a='$(rm x)'; echo ${a@P}",
    "let 'a[$(rm x)]=1'",
    "test -v 'a[$(rm x)]'",
    "printf -v 'a[`rm x`]' 1",
    'printf -v "a[\\$(rm x)]" 1',
    "[[ -v 'a[$(rm x)]' ]]",
    "b='a[$(rm x)]'; echo $((b))",
  ])('it is told that more may run than can be read: %j', async (command) => {
    expect(await commandsOf(command)).toMatchObject({ isComplete: false, isTooDeep: false })
  })

  test.each([
    'python3 x.py',
    'python3 -m pytest -q',
    'node --version',
    'python3 -c "print(1)"',
    "grep 'a[$(]' x",
    "awk '{ print a[$(NF)] }' x",
    'PATH=x GIT_PAGER=cat git log',
    'bundle install',
    'mapfile -t lines',
    'git -c user.name=x commit',
    'echo {a,b} | cat <<< x',
  ])('nothing else runs: %j', async (command) => {
    expect(await commandsOf(command)).toMatchObject({ isComplete: true, text: command })
  })

  test('both readings are given of an option that nobody knows', async () => {
    const { all } = await commandsOf('sudo --new-option a rm x')

    expect(all.map(([program]) => program)).toEqual(['sudo', 'a', 'rm'])
  })

  test.each([
    [8, false],
    [9, true],
  ])('%i wrappers in each other are too deep: %j', async (count, isTooDeep) => {
    expect(await commandsOf(`${'sudo '.repeat(count)}ls`)).toMatchObject({
      isTooDeep,
      isComplete: !isTooDeep,
    })
  })

  test('a program that is no wrapper starts nothing', () => {
    expect(unwrapCommand(['git', '-c', 'rm'])).toEqual({ commands: [], scripts: [], isOpaque: false })
  })
})

describe('a command given as an array', () => {
  test('is one plain command', async () => {
    expect(await commandsOf(['rm', '$(ls)'])).toMatchObject({ plain: [['rm', '$(ls)']], isComplete: true })
  })

  test.each([
    ['bash', '-lc'],
    ['/bin/sh', '-c'],
    ['zsh', '-lc'],
  ])('that hands a script to a shell is that script: %s %s', async (shell, option) => {
    const { plain, all } = await commandsOf([shell, option, 'ls && pwd'])

    expect(plain).toEqual([['ls'], ['pwd']])
    expect(all.slice(0, 3)).toEqual([['ls'], ['pwd'], [shell, option, 'ls && pwd']])
  })

  test('that hands over a script which is not plain is not plain', async () => {
    expect(await commandsOf(['bash', '-c', 'ls > x'])).toMatchObject({ plain: null })
  })

  test('is looked through like a line', async () => {
    expect(await commandsOf(['sudo', 'sh', '-c', 'rm x'])).toMatchObject({
      plain: [['sudo', 'sh', '-c', 'rm x']],
      all: [
        ['sudo', 'sh', '-c', 'rm x'],
        ['sh', '-c', 'rm x'],
        ['rm', 'x'],
      ],
    })
  })
})

test('the built package reads a script with the grammar that lies beside it', async () => {
  await using built = await builtPackage()
  const door = pathToFileURL(path.join(built.path, 'dist/platform.js')).href
  const program = `const { parseShellScript } = await import(${JSON.stringify(door)})
    console.log(JSON.stringify((await parseShellScript('ls -a && pwd')).plainCommands))`

  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])

  expect(JSON.parse(stdout)).toEqual([['ls', '-a'], ['pwd']])
}, 120_000)
