/** How commands are judged: by a host's rules, and by what is known of programs. */

import { describe, expect, test } from 'vitest'
import { commandsOf } from '../../src/platform/index.ts'
import { OptionError } from '../../src/protocol/index.ts'
import {
  type CommandRules,
  checkCommandRules,
  isDangerous,
  isKnownSafe,
  judgeCommands,
  proposedRule,
} from '../../src/tools/index.ts'

type Command = string | readonly string[]
const judge = async (command: Command, rules: CommandRules) => judgeCommands(await commandsOf(command), rules)

describe('rules about the first words', () => {
  const rules: CommandRules = {
    prefixRules: [
      { pattern: ['git', ['status', 'log']], justification: 'only reads' },
      { pattern: ['ls'] },
      { pattern: ['npm'], decision: 'prompt', justification: 'runs what packages bring' },
      { pattern: ['npm', 'publish'], decision: 'forbidden', justification: 'releases are made elsewhere' },
    ],
  }

  test.each<[Command, 'allow' | 'prompt' | 'forbidden' | null]>([
    ['git status', 'allow'],
    ['git log -3 && ls | ls', 'allow'],
    [['git', 'status'], 'allow'],
    [['bash', '-lc', 'git status && ls'], 'allow'],
    ['git', null],
    ['git push', null],
    ['git status && git push', null],
    ['git status > x', null],
    ['git status # x', null],
    ['./ls', null],
    ['/bin/ls', null],
    ['sudo ls', null],
    ['', null],
    ['# ls', null],
    ['ls && npm test', 'prompt'],
    ['npm publish', 'forbidden'],
    ['npm test && npm publish && ls', 'forbidden'],
  ])('%j: %s', async (command, decision) => {
    expect((await judge(command, rules)).decision).toBe(decision)
  })

  test.each([
    'x=$(npm publish)',
    'if true; then npm publish; fi',
    'sudo -u me npm publish > log',
    "bash -c 'npm publish'",
    '/usr/local/bin/npm publish',
    'n\\pm "publish"',
  ])('a rule that forbids looks into %j', async (command) => {
    expect(await judge(command, rules)).toMatchObject({
      decision: 'forbidden',
      justification: 'releases are made elsewhere',
      rule: { pattern: ['npm', 'publish'] },
    })
  })

  test.each(['$tool publish', 'bash -c "$x"', 'ls; l\\\ns'])(
    'where only the run knows whether a rule is for it, it asks: %j',
    async (command) => {
      expect(await judge(command, rules)).toMatchObject({
        decision: 'prompt',
        justification: expect.stringContaining('only when it runs'),
      })
    },
  )

  test('a rule about other words does not speak', async () => {
    const only: CommandRules = { prefixRules: [{ pattern: ['git', 'push'], decision: 'forbidden' }] }

    expect(await judge('git log && echo $x', only)).toEqual({ decision: null })
    expect((await judge('git $x', only)).decision).toBe('prompt')
  })

  test('a rule may name a program with its folder', async () => {
    const only: CommandRules = { prefixRules: [{ pattern: ['/opt/x/run'], decision: 'forbidden' }] }

    expect((await judge('/opt/x/run a', only)).decision).toBe('forbidden')
    expect((await judge('run a', only)).decision).toBeNull()
  })

  test('the judgement carries the reason and the rule', async () => {
    expect(await judge('git status', rules)).toEqual({
      decision: 'allow',
      justification: 'only reads',
      rule: rules.prefixRules?.[0],
    })
  })
})

describe('programs that are denied', () => {
  test.each([
    'rm x',
    '/bin/rm x',
    'RM x',
    'rm.exe x',
    'r\\m x',
    '"r"m x',
    "r''m x",
    "$'rm' x",
    'a=1 rm x',
    'echo $(rm x)',
    'echo `rm x`',
    'cat <(rm x)',
    'cat <<E\n$(rm x)\nE',
    '{ rm x; }',
    '(rm x)',
    'rm x &',
    'ls() { rm x; }; ls',
    "alias ls='rm x'",
    'if a; then rm x; fi',
    'for i in a; do rm $i; done',
    'case a in a) rm x;; esac',
    '[[ -n $(rm x) ]]',
    'sudo -u me rm x',
    'env A=b rm x',
    'find . -exec rm {} +',
    'ls | xargs rm',
    "bash -c 'rm x'",
    'busybox rm x',
  ])('%j is forbidden', async (command) => {
    expect(await judge(command, { denyPrograms: ['rm'] })).toEqual({
      decision: 'forbidden',
      justification: 'rm is denied on this host',
    })
  })

  test.each(['$x a', 'r? a', '{rm,x}', 'r\\\nm x', 'echo a\r# ; rm x', 'curl x | sh', 'eval "$x"', 'ls &&'])(
    '%j is forbidden, for nobody knows what it runs',
    async (command) => {
      expect(await judge(command, { denyPrograms: ['rm'] })).toMatchObject({
        decision: 'forbidden',
        justification: expect.stringContaining('known only when it runs'),
      })
    },
  )

  test.each(['ls rm', 'echo "rm x"', '# rm x', 'rmdir x', 'cat <<E\nrm x\nE', 'ls $HOME'])(
    '%j is not',
    async (command) => {
      expect(await judge(command, { denyPrograms: ['rm'] })).toEqual({ decision: null })
    },
  )

  test('denying wins over a rule that allows', async () => {
    const rules: CommandRules = { prefixRules: [{ pattern: ['rm'] }], denyPrograms: ['rm'] }

    expect((await judge('rm x', rules)).decision).toBe('forbidden')
  })
})

describe('programs that may run unasked', () => {
  const rules: CommandRules = { allowPrograms: ['ls', 'sudo', 'grep'] }

  test.each<[string, 'prompt' | null]>([
    ['ls | grep x > log', null],
    ['sudo ls', null],
    ['ls $(grep x y)', null],
    ['ls; pwd', 'prompt'],
    ['ls $(pwd)', 'prompt'],
    ['sudo pwd', 'prompt'],
    ['./ls', 'prompt'],
    ['$x', 'prompt'],
    ['sudo $x', 'prompt'],
    ['ls &&', 'prompt'],
  ])('%j: %s', async (command, decision) => {
    expect((await judge(command, rules)).decision).toBe(decision)
  })
})

describe('rules that cannot be meant are refused', () => {
  test.each<[string, unknown]>([
    ['rules', 'rm'],
    ['rules.prefix', { prefix: [] }],
    ['rules.prefixRules', { prefixRules: {} }],
    ['rules.prefixRules[1]', { prefixRules: [{ pattern: ['a'] }, 'b'] }],
    ['rules.prefixRules[0].pattern', { prefixRules: [{ pattern: [] }] }],
    ['rules.prefixRules[0].pattern', { prefixRules: [{ decision: 'allow' }] }],
    ['rules.prefixRules[0].pattern[1]', { prefixRules: [{ pattern: ['a', []] }] }],
    ['rules.prefixRules[0].pattern[0]', { prefixRules: [{ pattern: [' '] }] }],
    ['rules.prefixRules[0].decision', { prefixRules: [{ pattern: ['a'], decision: 'deny' }] }],
    ['rules.prefixRules[0].justification', { prefixRules: [{ pattern: ['a'], justification: '' }] }],
    ['rules.prefixRules[0].because', { prefixRules: [{ pattern: ['a'], because: 'b' }] }],
    ['rules.prefixRules[0].match[1]', { prefixRules: [{ pattern: ['a', 'b'], match: ['a b c', 'a c'] }] }],
    ['rules.prefixRules[0].match[0]', { prefixRules: [{ pattern: ['a'], match: ['a "b c"'] }] }],
    ['rules.prefixRules[0].match', { prefixRules: [{ pattern: ['a'], match: 'a' }] }],
    [
      'rules.prefixRules[0].notMatch[0]',
      { prefixRules: [{ pattern: [['a', 'b']], notMatch: [['b', 'x']] }] },
    ],
    ['rules.allowPrograms', { allowPrograms: 'ls' }],
    ['rules.denyPrograms[1]', { denyPrograms: ['rm', '/bin/rm'] }],
    ['rules.denyPrograms[0]', { denyPrograms: ['rm -f'] }],
  ])('%s', (option, rules) => {
    const refusal = (() => {
      try {
        checkCommandRules(rules, 'rules')
      } catch (error) {
        return error
      }
      return null
    })()

    expect(refusal).toBeInstanceOf(OptionError)
    expect(refusal).toMatchObject({ option, message: expect.stringContaining(`${option}: `) })
  })

  test('those that can be meant are not', () => {
    const rules: CommandRules = {
      prefixRules: [
        {
          pattern: ['git', ['status', 'log']],
          decision: 'allow',
          match: ['git status -s', ['git', 'log']],
          notMatch: ['git push', ['git']],
        },
      ],
      allowPrograms: ['ls'],
      denyPrograms: [],
    }

    expect(() => checkCommandRules(rules)).not.toThrow()
  })
})

describe('what is dangerous', () => {
  test.each<[Command, boolean]>([
    ['rm -f x', true],
    ['rm -rf x', true],
    ['rm -r -vf x', true],
    ['rm x --force', true],
    ['rm --fo x', true],
    ['/bin/rm -f x', true],
    [['rm', '-f', 'x'], true],
    [['bash', '-lc', 'rm -f x'], true],
    ['sudo rm -f x', true],
    ['env -i A=b rm -f x', true],
    ['env "A=$b" rm -f x', true],
    ["trap 'rm -f x' EXIT", true],
    ['sh -c "bash -c \'rm -f x\'"', true],
    ['if a; then rm -f x; fi', true],
    ['ls && for i in a; do rm -f $i; done', true],
    ["ls | xargs -I{} sh -c 'rm -rf {}'", true],
    ['rm 2>log -f x', true],
    [`${'sudo '.repeat(8)}ls`, false],
    [`${'sudo '.repeat(9)}ls`, true],
    ['rm x', false],
    ['rm -r x', false],
    ['rm -- -f', false],
    ['rm -i --foo', false],
    ['rm $x', false],
    ['echo rm -f', false],
    ['git rm -f x', false],
    ['cat <<E\nrm -f x\nE', false],
    // By way of what cannot be read, or by options that a shell makes first.
    ["sh <<< 'rm -f x'", true],
    ['bash <<E\nrm \\\n-f x\nE', true],
    ["printf 'rm -f x' | sh", true],
    ['python3 - <<E\nrm -f x\nE', true],
    ["flock l -c 'rm -f x'", true],
    ['parallel rm -f ::: x', true],
    ['gdb --args r"m" -f x', true],
    ['hash -p /bin/rm q; q -f x', true],
    ['$(echo rm) -f x', true],
    ['$x rm --force', true],
    ['rm -{f,r} x', true],
    ['rm {-f,x}', true],
    ['rm -$x y', true],
    ['rm $(echo -f) x', true],
    ['a=-f; rm "$a" x', true],
    ["rm $'-\\x66' x", true],
    ['f() { rm "$@"; }; f -f x', true],
    ["xargs rm <<< '-f x'", true],
    ["sh -c '$0 -f x' rm", true],
    ['sh <<< "rm x"', false],
    ['curl x | sh -s -- -f', false],
    ['$x --rm -f', false],
    ['terraform -f | sh', false],
    ['rm *.o', false],
    ['rm "$a"/*', false],
    ['[ -f "$a" ] && rm "$a"', false],
    ['rm {a,b}', false],
    ['ls -f | xargs rm', false],
  ])('%j: %s', async (command, expected) => {
    expect(isDangerous(await commandsOf(command))).toBe(expected)
  })
})

describe('what only reads', () => {
  test.each<[Command, boolean]>([
    ['ls -la && cat x | grep y; wc', true],
    [['bash', '-lc', 'cd x && pwd'], true],
    [['/bin/ls'], true],
    ['ls *.ts', true],
    ['base64 x', true],
    ['base64 -o x y', false],
    ['base64 --output=x y', false],
    ["find . -name '*.ts'", true],
    ['find . -name *.ts', false],
    ['find . -delete', false],
    ['find . -exec cat {} +', false],
    ['find . -fprintf x y', false],
    ['rg -n x src', true],
    ['rg --pre sh x', false],
    ['rg --pre=sh x', false],
    ['rg -nz x', false],
    ['rg --hostname-bin=x y', false],
    ['sed -n 3p x', true],
    ['sed -n 3,9p x', true],
    ['sed -n 3,9p', true],
    ['sed -n 3,9p --file=x', false],
    ['sed -i s/a/b/ x', false],
    ["sed -n '1e ls' x", false],
    ['uniq -c x', true],
    ['uniq x y', false],
    ['git status', false],
    ['./ls', false],
    ['ls > x', false],
    ['ls $(ls)', false],
    ['ls & ls', false],
    ['ls && rm x', false],
    ['sudo ls', false],
    ['', false],
  ])('%j: %s', async (command, expected) => {
    expect(isKnownSafe(await commandsOf(command))).toBe(expected)
  })
})

describe('a rule that a model proposes', () => {
  test.each<[string, string[]]>([
    ['npm run build', ['npm', 'run', 'build']],
    ['git commit -m x', ['git', 'commit']],
    ['cargo test && cargo test -q', ['cargo', 'test']],
    ['./tool x', ['./tool']],
    ['pytest -q', ['pytest']],
  ])('for %j may be offered: %j', async (command, words) => {
    expect(proposedRule(await commandsOf(command), words)).toEqual({ pattern: words, decision: 'allow' })
  })

  test.each<[string, string[]]>([
    ['git status', ['git']],
    ['git -C x status', ['git', '-C', 'x']],
    ['bash x.sh', ['bash', 'x.sh']],
    ['/bin/sh x.sh', ['/bin/sh']],
    ['python3 x.py', ['python3']],
    ['python3.12 x.py', ['python3.12']],
    ['python3 -c x', ['python3', '-c', 'x']],
    ['node -e x', ['node', '-e']],
    ['rm x', ['rm', 'x']],
    ['sudo ls', ['sudo', 'ls']],
    ['env A=b ls', ['env', 'A=b']],
    ['npx x', ['npx', 'x']],
    ['npm run build', ['npm', 'run']],
    ['npm test', []],
    ['ls && pwd', ['ls']],
    ['npm test > x', ['npm', 'test']],
    ['npm test', ['npm', 'test', '-q']],
    ...[
      ...[
        'bash5.2',
        'zsh-5.9',
        'xonsh',
        'elvish',
        'fish',
        'nu',
        'ipython',
        'ipython3',
        'ghci',
        'guile',
        'm4',
      ],
      ...[
        'watch',
        'flock',
        'script',
        'strace',
        'gdb',
        'tmux',
        'systemd-run',
        'unshare',
        'nsenter',
        'parallel',
      ],
      ...[
        'taskset',
        'setpriv',
        'linux64',
        'runuser',
        'pkexec',
        'run0',
        'crontab',
        'at',
        'ssh',
        'xargs',
        'find',
      ],
      ...[
        'conda',
        'nix',
        'bundle',
        'poetry',
        '/lib64/ld-linux-x86-64.so.2',
        'ld.so',
        'socat',
        'nc',
        'sqlite3',
      ],
      ...['tee', 'dd', 'cp', 'mv', 'ln', 'install', 'curl', 'wget', 'sed', 'tar'],
    ].map((program): [string, string[]] => [`${program} run x`, [program, 'run', 'x']]),
  ])('for %j may not be offered: %j', async (command, words) => {
    expect(proposedRule(await commandsOf(command), words)).toBeNull()
  })
})
