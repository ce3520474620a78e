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
  /** The same option's long name. */
  readonly longScript?: string
  /** Whether only a number counts as a word of its own before the command. */
  readonly numericOperands?: boolean
  /** Whether a shell reads the command's words again, joined by spaces. */
  readonly joins?: boolean
  /** Whether it starts a shell when no command is named. */
  readonly shellAlone?: boolean
}

/** Of programs that start another one as if on another machine. */
const PERSONALITY: Wrapper = {
  flags: '3BFILRSTXZv',
  longFlags: [
    ...['32bit', 'fdpic-funcptrs', 'short-inode', 'addr-compat-layout', 'addr-no-randomize', 'verbose'],
    ...['whole-seconds', 'sticky-timeouts', 'read-implies-exec', 'mmap-page-zero', '3gb', '4gb', 'uname-2.6'],
  ],
  shellAlone: true,
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
    shellAlone: true,
  },
  doas: { flags: 'Lns', valued: 'aCu', shellAlone: true },
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
    longScript: 'split-string',
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
  chroot: { longValued: ['groups', 'userspec'], longFlags: ['skip-chdir'], operands: 1, shellAlone: true },
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
  flock: {
    flags: 'Fenosux',
    valued: 'Ew',
    longValued: ['conflict-exit-code', 'timeout', 'wait'],
    longFlags: ['close', 'exclusive', 'nb', 'no-fork', 'nonblock', 'shared', 'unlock', 'verbose'],
    operands: 1,
    script: 'c',
    longScript: 'command',
  },
  watch: {
    flags: 'Cbcdegprtwx',
    valued: 'nqs',
    longValued: ['interval', 'equexit', 'shotsdir'],
    longFlags: [
      ...['beep', 'color', 'no-color', 'differences', 'errexit', 'chgexit', 'precise', 'no-rerun'],
      ...['no-title', 'no-wrap', 'exec', 'follow'],
    ],
    joins: true,
  },
  strace: { flags: 'ACDFTVYcdfhiknqrtvwxyzZ', valued: 'EIOPSUXabeopsu' },
  ltrace: { flags: 'CLSTVbcfhirt', valued: 'DFaelnopsuwx' },
  unshare: {
    flags: 'CTUcfimnpru',
    valued: 'GRSlw',
    longValued: [
      ...['propagation', 'setgroups', 'root', 'wd', 'setuid', 'setgid', 'map-user', 'map-group'],
      ...['map-users', 'map-groups', 'monotonic', 'boottime'],
    ],
    longFlags: [
      ...['cgroup', 'fork', 'ipc', 'keep-caps', 'kill-child', 'map-auto', 'map-current-user', 'mount'],
      ...['map-root-user', 'mount-binfmt', 'mount-proc', 'net', 'pid', 'time', 'user', 'uts'],
    ],
    shellAlone: true,
  },
  nsenter: {
    flags: 'FZace',
    valued: 'GSt',
    optional: 'CTUWimnpruw',
    longValued: ['target', 'setuid', 'setgid'],
    longFlags: [
      ...['all', 'cgroup', 'env', 'follow-context', 'ipc', 'mount', 'net', 'no-fork', 'pid', 'root'],
      ...['preserve-credentials', 'time', 'user', 'uts', 'wd', 'wdns'],
    ],
    shellAlone: true,
  },
  taskset: { flags: 'acp', longFlags: ['all-tasks', 'cpu-list', 'pid'], operands: 1 },
  chrt: {
    flags: 'RabdefimoprTv',
    valued: 'DP',
    longValued: ['sched-runtime', 'sched-period', 'sched-deadline'],
    longFlags: [
      ...['all-tasks', 'batch', 'deadline', 'ext', 'fifo', 'idle', 'max', 'other', 'pid', 'rr', 'verbose'],
      'reset-on-fork',
    ],
    operands: 1,
    numericOperands: true,
  },
  setpriv: {
    flags: 'd',
    longValued: [
      ...['ruid', 'euid', 'reuid', 'rgid', 'egid', 'regid', 'groups', 'inh-caps', 'ambient-caps', 'ptracer'],
      ...['bounding-set', 'securebits', 'pdeathsig', 'selinux-label', 'apparmor-profile', 'seccomp-filter'],
      ...['landlock-access', 'landlock-rule'],
    ],
    longFlags: ['clear-groups', 'dump', 'init-groups', 'keep-groups', 'no-new-privs', 'nnp', 'reset-env'],
  },
  linux32: PERSONALITY,
  linux64: PERSONALITY,
  i386: PERSONALITY,
  i686: PERSONALITY,
  x86_64: PERSONALITY,
  uname26: PERSONALITY,
  setarch: PERSONALITY,
  'systemd-run': {
    flags: 'GPSdqrtv',
    valued: 'EHMpu',
    longValued: [
      ...['unit', 'property', 'description', 'slice', 'service-type', 'uid', 'gid', 'nice', 'setenv', 'host'],
      ...['working-directory', 'on-active', 'on-boot', 'on-calendar', 'on-startup', 'on-unit-active'],
      ...['on-unit-inactive', 'timer-property', 'path-property', 'socket-property', 'machine', 'background'],
    ],
    longFlags: [
      ...['collect', 'no-ask-password', 'no-block', 'pipe', 'pty', 'quiet', 'remain-after-exit', 'same-dir'],
      ...['scope', 'send-sighup', 'shell', 'slice-inherit', 'system', 'user', 'wait'],
    ],
    shellAlone: true,
  },
  run0: {
    valued: 'Dgu',
    longValued: [
      ...['unit', 'property', 'description', 'slice', 'user', 'group', 'nice', 'chdir', 'setenv', 'machine'],
      'background',
    ],
    longFlags: ['no-ask-password', 'pipe', 'pty', 'slice-inherit'],
    shellAlone: true,
  },
  pkexec: {
    longValued: ['user'],
    longFlags: ['disable-internal-agent', 'keep-cwd'],
    shellAlone: true,
  },
  ssh: {
    flags: '46ACGKMNTVXYafgknqstvxy',
    valued: 'BDEFIJLOPQRSWbceilmopw',
    operands: 1,
    joins: true,
    shellAlone: true,
  },
}

/** The loader of programs, called by its own name. */
export const LOADER: Wrapper = {
  longValued: [
    ...['argv0', 'audit', 'glibc-hwcaps-mask', 'glibc-hwcaps-prepend', 'inhibit-rpath', 'library-path'],
    'preload',
  ],
  longFlags: ['inhibit-cache', 'list', 'verify'],
}
export const LOADER_NAME = /^ld(?:-[\w.-]+)?\.so(?:\.\d+)*$/

/** Programs that start another one after one of these words of their own. */
export const RUNNERS: Readonly<Record<string, readonly string[]>> = {
  asdf: ['exec'],
  bundle: ['exec', 'e', 'ex', 'exe'],
  bundler: ['exec', 'e', 'ex', 'exe'],
  conda: ['run'],
  direnv: ['exec'],
  hatch: ['run'],
  mamba: ['run'],
  micromamba: ['run'],
  mise: ['exec', 'x'],
  pdm: ['run'],
  pipenv: ['run'],
  poetry: ['run'],
  rye: ['run'],
  uv: ['run'],
  volta: ['run'],
}

/** Programs that start others in too many ways to be looked through. */
export const OPAQUE_PROGRAMS: ReadonlySet<string> = new Set([
  ...['at', 'batch', 'bwrap', 'byobu', 'crontab', 'daemonize', 'dbus-launch', 'dbus-run-session', 'entr'],
  ...['fakeroot', 'firejail', 'gdb', 'lldb', 'nix', 'nix-shell', 'parallel', 'proot', 'rust-gdb', 'screen'],
  ...['start-stop-daemon', 'tmux', 'unbuffer', 'xvfb-run'],
])

/** Interpreters of other languages, which read a program from their standard input when none is named. */
export const INTERPRETERS: ReadonlySet<string> = new Set([
  ...['bun', 'deno', 'guile', 'ipython', 'julia', 'lua', 'luajit', 'node', 'nodejs', 'perl', 'php', 'pypy'],
  ...['python', 'rscript', 'ruby', 'tclsh', 'expect', 'tsx', 'ts-node'],
])

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
  ...['elvish', 'es', 'hush', 'ion', 'lksh', 'loksh', 'murex', 'nu', 'nushell', 'oksh', 'osh', 'posh', 'rc'],
  ...['xonsh', 'yash', 'ysh'],
])

/** A program's name without the version at its end: `bash` for `bash5.2` and `bash-5.2`. */
export function withoutVersion(name: string): string {
  return name.replace(/-?\d[\d.]*$/, '')
}

/** Long options of a shell whose value is the next word. */
export const SHELL_LONG_VALUED: readonly string[] = ['rcfile', 'init-file']
