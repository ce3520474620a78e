/** The programs that start another one, with how their own options end. */

/** How to find the command among a wrapper's words. */
export interface Wrapper {
  /** Letters of options that take no value. */
  readonly flags?: string
  /** Letters of options whose value may be the next word. */
  readonly valued?: string
  /** Letters of options whose value, if any, is in the same word. */
  readonly optional?: string
  /** Long options whose value may be the next word. */
  readonly longValued?: readonly string[]
  /** Long options that take no value, or only one after `=`. */
  readonly longFlags?: readonly string[]
  /** Words of its own before the command, such as a duration. */
  readonly operands?: number
  /** Whether `NAME=value` may stand before the command. */
  readonly assignments?: boolean
  /** Whether it is a word of the shell's own language, after which a command stands as at the start of a line. */
  readonly keyword?: boolean
  /** Letter of the option whose value is itself a script. */
  readonly script?: string
}

export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: {
    flags: 'ABbEeHiKklNnPSsVv',
    valued: 'CDghpRrTtUu',
    longValued: [
      ...['close-from', 'chdir', 'group', 'host', 'prompt', 'chroot', 'role', 'command-timeout', 'type'],
      ...['other-user', 'user'],
    ],
    longFlags: [
      ...[
        'askpass',
        'background',
        'preserve-env',
        'set-home',
        'login',
        'remove-timestamp',
        'reset-timestamp',
      ],
      ...['no-update', 'non-interactive', 'preserve-groups', 'stdin', 'shell', 'validate', 'bell'],
    ],
    assignments: true,
  },
  doas: { flags: 'Lns', valued: 'aCu' },
  env: {
    flags: 'i0v',
    valued: 'uCa',
    longValued: ['unset', 'chdir', 'argv0'],
    longFlags: [
      ...['ignore-environment', 'null', 'debug', 'block-signal', 'default-signal', 'ignore-signal'],
      'list-signal-handling',
    ],
    assignments: true,
    script: 'S',
  },
  command: { flags: 'pvV' },
  builtin: {},
  exec: { flags: 'cl', valued: 'a' },
  coproc: { keyword: true },
  nohup: {},
  setsid: { flags: 'cfw', longFlags: ['ctty', 'fork', 'wait'] },
  nice: { flags: '0123456789', valued: 'n', longValued: ['adjustment'] },
  ionice: { flags: 't', valued: 'cn', longValued: ['class', 'classdata'], longFlags: ['ignore'] },
  time: {
    flags: 'apqvl',
    valued: 'fo',
    longValued: ['format', 'output'],
    longFlags: ['append', 'portability', 'quiet', 'verbose'],
    keyword: true,
  },
  timeout: {
    flags: 'fpv',
    valued: 'ks',
    longValued: ['kill-after', 'signal'],
    longFlags: ['foreground', 'preserve-status', 'verbose'],
    operands: 1,
  },
  stdbuf: { valued: 'ioe', longValued: ['input', 'output', 'error'] },
  chroot: { longValued: ['groups', 'userspec'], longFlags: ['skip-chdir'], operands: 1 },
  xargs: {
    flags: '0oprtx',
    valued: 'aEILndPsSR',
    optional: 'eil',
    longValued: ['arg-file', 'delimiter', 'max-args', 'max-procs', 'max-chars', 'process-slot-var'],
    longFlags: [
      ...['null', 'no-run-if-empty', 'verbose', 'exit', 'interactive', 'open-tty', 'show-limits'],
      ...['eof', 'max-lines', 'replace'],
    ],
  },
  busybox: {},
  toybox: {},
}

/** Shells that read the scripts which this library can read. */
export const SHELLS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'zsh',
  'dash',
  'ash',
  'ksh',
  'mksh',
  'rbash',
])

/** Shells with a language of their own: what they run cannot be known here. */
export const FOREIGN_SHELLS: ReadonlySet<string> = new Set([
  'fish',
  'csh',
  'tcsh',
  'pwsh',
  'powershell',
  'cmd',
])

/** Long options of a shell whose value is the next word. */
export const SHELL_LONG_VALUED: readonly string[] = ['rcfile', 'init-file']
