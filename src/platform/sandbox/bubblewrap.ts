/** The sandbox of Linux: bubblewrap, in its own namespaces. */

import { access, constants, readFile } from 'node:fs/promises'
import { messageOf } from '../../protocol/errors.ts'
import { CommandNotStartedError } from '../errors.ts'
import { type MountPlan, planMounts } from './mount-plan.ts'
import { holdPlace, releasePlace } from './placeholders.ts'
import type { Launch, Sandbox, SandboxPolicy, SandboxProblem, WrappedLaunch } from './port.ts'
import { type SealedFile, sealedFile } from './sealed-file.ts'
import { socketFilter } from './socket-filter.ts'
import { startOnce } from './start-once.ts'

/** By full path: what the search path finds could be a file that a command has written. */
const PROGRAMS = [
  '/usr/bin/bwrap',
  '/bin/bwrap',
  '/usr/local/bin/bwrap',
  '/run/wrappers/bin/bwrap',
  '/run/current-system/sw/bin/bwrap',
]
const SHELL = '/bin/sh'
const ENV = '/usr/bin/env'

/** What root needs to work with files of other users, and nothing that reaches beyond files and its own processes. */
const ROOT_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID']

// Signals go to the whole process group, and so to bubblewrap too, which would die of them and take the command with it
// before that could obey. So the first shell ignores them, and `env` gives the command back what it should know.
const SIGNALS = 'HUP,INT,QUIT,TERM'

// Reads its options and its filter from files that are passed as descriptors: seen in no list of processes, and taken
// from no environment. Nothing of the command's own environment may be set out here, where no sandbox is yet.
const OUTER = 'exec 8<"$1" 9<"$2"; shift 2; exec "$@"'

// The first process of its namespace, so that all others there are dead when it has ended. It keeps its own complaints
// to itself. A process of its own for the command, because signals without a handler do nothing to the first.
const INNER = 'exec 9>&2 2>/dev/null; (exec "$@" 2>&9 9>&-); exit $?'

/** How bubblewrap has to be called on this machine. */
interface Manner {
  readonly program: string
  /** Whether it makes a namespace of users even for root. */
  readonly unsharesUser: boolean
  /** Whether `env` can give signals back their meaning. */
  readonly restoresSignals: boolean
}

export function bubblewrap(programs: readonly string[] = PROGRAMS): Sandbox {
  let found: Promise<Manner | SandboxProblem> | undefined
  const manner = () => {
    found ??= findManner(programs).catch((error: unknown) => {
      // Such as too few descriptors: nothing that need last.
      found = undefined
      throw error
    })
    return found
  }
  return {
    async problem() {
      const answer = await manner()
      return 'reason' in answer ? answer : undefined
    },
    async wrap(launch, policy) {
      const answer = await manner()
      if ('reason' in answer)
        throw new CommandNotStartedError(launch.cwd, `${answer.reason}. ${answer.remedy}`)
      return wrapIn(answer, launch, policy)
    },
  }
}

/** Tries what a sandbox needs: a namespace that is forbidden shows only when it is made. */
async function findManner(programs: readonly string[]): Promise<Manner | SandboxProblem> {
  const program = await firstExecutable(programs)
  if (program === undefined) {
    return {
      reason: 'the program bwrap is not installed',
      remedy: 'Install it: `apt-get install bubblewrap`, `dnf install bubblewrap` or `apk add bubblewrap`.',
    }
  }
  const isRoot = process.getuid?.() === 0
  let complaint: string | undefined
  for (const unsharesUser of isRoot ? [false, true] : [true]) {
    for (const restoresSignals of [true, false]) {
      const manner = { program, unsharesUser, restoresSignals }
      const problem = await trial(manner)
      if (problem === undefined) return manner
      complaint ??= problem
    }
  }
  return {
    reason: `bwrap is installed and could not start a sandbox (${complaint})`,
    remedy: await remedyForRefusal(),
  }
}

async function trial(manner: Manner): Promise<string | undefined> {
  const policy: SandboxPolicy = {
    sandboxMode: 'read-only',
    writableRoots: [],
    temporaryFolders: [],
    readableFolders: [],
    protectedPaths: [],
    networkAccess: false,
  }
  const { launch, release } = await wrapIn(manner, nothing('/'), policy)
  try {
    return await startOnce(launch)
  } finally {
    await release()
  }
}

const nothing = (cwd: string): Launch => ({ program: SHELL, args: ['-c', ':'], cwd, env: {} })

async function wrapIn(manner: Manner, launch: Launch, policy: SandboxPolicy): Promise<WrappedLaunch> {
  checkText(launch)
  const plan = await planMounts(policy, launch.cwd)
  const held = plan.places.filter(holdPlace)
  const letGo = () => {
    for (const place of held.splice(0)) releasePlace(place)
  }
  try {
    // Somebody may have made it since the plan was: then it is mounted as it is now.
    const readOnly = await existing([...plan.readOnly, ...plan.places])
    const options = [
      ...mountOptions(manner, policy, { ...plan, readOnly }),
      ...processOptions(launch, policy),
    ]
    const filter = policy.networkAccess ? undefined : await sharedFilter()
    if (filter !== undefined) options.push('--seccomp', '9')
    const file = await sealedFile(Buffer.from(options.map((option) => `${option}\0`).join('')))
    return {
      launch: calling(manner, launch, file, filter),
      setupFailure: () => startOnce(calling(manner, nothing(launch.cwd), file, filter)),
      async release() {
        letGo()
        await file.close()
      },
    }
  } catch (error) {
    letGo()
    throw new CommandNotStartedError(launch.cwd, `its sandbox failed: ${messageOf(error)}`, { cause: error })
  }
}

/** A NUL would end one option and begin another. */
function checkText({ program, args, cwd, env }: Launch): void {
  if ([program, ...args].some((word) => word.includes('\0'))) {
    throw new CommandNotStartedError(cwd, 'a word of it holds a NUL character. Leave it out.')
  }
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || /[=\0]/.test(name) || value.includes('\0')) {
      const problem = `the environment variable ${JSON.stringify(name)} has a name or a value that cannot be. `
      throw new CommandNotStartedError(cwd, `${problem}Use no NUL character, and no "=" in a name.`)
    }
  }
}

function mountOptions(manner: Manner, policy: SandboxPolicy, plan: MountPlan): string[] {
  const isRoot = process.getuid?.() === 0
  const everything = plan.writable.includes('/') ? '--bind' : '--ro-bind'
  const writable = plan.writable.filter((folder) => folder !== '/')
  return [
    ...[everything, '/', '/', '--dev', '/dev', '--proc', '/proc'],
    // The switches of the kernel belong to root, whatever else has been taken from it.
    ...(isRoot ? ['--remount-ro', '/proc'] : []),
    ...writable.flatMap((folder) => ['--bind', folder, folder]),
    ...plan.readOnly.flatMap((guarded) => ['--ro-bind', guarded, guarded]),
    ...(manner.unsharesUser ? ['--unshare-user'] : []),
    ...['--unshare-pid', '--as-pid-1', '--unshare-ipc', '--die-with-parent', '--cap-drop', 'ALL'],
    ...(isRoot && !manner.unsharesUser
      ? ROOT_CAPABILITIES.flatMap((name) => ['--cap-add', `CAP_${name}`])
      : []),
    ...(policy.networkAccess ? [] : ['--unshare-net']),
  ]
}

function processOptions({ cwd, env }: Launch, { networkAccess }: SandboxPolicy): string[] {
  const variables = { ...env, ...(networkAccess ? {} : { CODEX_SANDBOX_NETWORK_DISABLED: '1' }) }
  return [
    ...Object.entries(variables).flatMap(([name, value]) => ['--setenv', name, value]),
    // Last, since it sets PWD.
    ...['--chdir', cwd],
  ]
}

function calling(
  manner: Manner,
  { program, args, cwd, env }: Launch,
  options: SealedFile,
  filter: SealedFile | undefined,
): Launch {
  // What is no name for a shell gets lost on its way through one.
  const odd = Object.entries(env).filter(([name]) => !/^[A-Za-z_]\w*$/.test(name))
  const command = [program, ...args]
  const outer = manner.restoresSignals ? `trap '' ${SIGNALS.replaceAll(',', ' ')}; ${OUTER}` : OUTER
  return {
    program: SHELL,
    args: [
      ...['-c', outer, 'sh', options.path, filter?.path ?? '/dev/null'],
      ...[manner.program, '--args', '8', '--', SHELL, '-c', INNER, 'sh', ENV],
      ...(manner.restoresSignals ? [`--default-signal=${SIGNALS}`] : []),
      ...['--', ...odd.map(([name, value]) => `${name}=${value}`)],
      // `env` would take such a program for one more variable.
      ...(program.includes('=') ? [SHELL, '-c', 'exec "$0" "$@"', ...command] : command),
    ],
    cwd,
    env: {},
  }
}

let filterFile: Promise<SealedFile | undefined> | undefined

/** One for the whole process, for as long as it lives. */
function sharedFilter(): Promise<SealedFile | undefined> {
  const bytes = socketFilter(process.arch)
  filterFile ??= (async () => bytes && sealedFile(bytes))().catch((error: unknown) => {
    filterFile = undefined
    throw error
  })
  return filterFile
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((candidate) => isThere(candidate)))
  return paths.filter((_, index) => found[index])
}

async function isThere(file: string, mode = constants.F_OK): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  )
}

async function firstExecutable(programs: readonly string[]): Promise<string | undefined> {
  for (const program of programs) if (await isThere(program, constants.X_OK)) return program
  return undefined
}

/** The switches by which distributions forbid namespaces to ordinary users, with the value that does. */
const SWITCHES = [
  { name: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allows: '0' },
  { name: 'kernel.unprivileged_userns_clone', forbids: '0', allows: '1' },
  { name: 'user.max_user_namespaces', forbids: '0', allows: '10000' },
]

async function remedyForRefusal(): Promise<string> {
  for (const { name, forbids, allows } of SWITCHES) {
    const value = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => '')
    if (value.trim() === forbids) return `Allow bwrap to make namespaces: \`sysctl -w ${name}=${allows}\`.`
  }
  return (
    'In a container, start it with the right to make namespaces and mounts, or take the container itself for the ' +
    "sandbox and pass 'danger-full-access'."
  )
}
