/** The sandbox of macOS: `sandbox-exec` with a profile made for the policy. */

import path from 'node:path'
import type { Launch, Sandbox, SandboxPolicy, SandboxProblem } from './port.ts'
import { startOnce } from './start-once.ts'

/** By full path: what the search path finds could be a file that a command has written. */
const PROGRAM = '/usr/bin/sandbox-exec'

/** What ordinary programs ask of the system to look up users, time zones and preferences. */
const SERVICES = [
  'com.apple.system.opendirectoryd.libinfo',
  'com.apple.system.opendirectoryd.membership',
  'com.apple.system.notification_center',
  'com.apple.system.logger',
  'com.apple.logd',
  'com.apple.cfprefsd.daemon',
  'com.apple.cfprefsd.agent',
  'com.apple.trustd.agent',
  'com.apple.SecurityServer',
]
const NETWORK_SERVICES = [
  'com.apple.SystemConfiguration.configd',
  'com.apple.SystemConfiguration.DNSConfiguration',
  'com.apple.networkd',
]

export function seatbelt(): Sandbox {
  let found: Promise<SandboxProblem | undefined> | undefined
  return {
    problem() {
      found ??= trial()
      return found
    },
    async wrap(launch, policy) {
      return {
        launch: wrapped(launch, policy),
        setupFailure: () => startOnce(wrapped(nothing(launch.cwd), policy)),
        release: async () => {},
      }
    },
  }
}

const nothing = (cwd: string): Launch => ({ program: '/usr/bin/true', args: [], cwd, env: {} })

async function trial(): Promise<SandboxProblem | undefined> {
  const complaint = await startOnce(
    wrapped(nothing('/'), {
      sandboxMode: 'read-only',
      writableRoots: [],
      temporaryFolders: [],
      readableFolders: [],
      protectedPaths: [],
      networkAccess: false,
    }),
  )
  if (complaint === undefined) return undefined
  return {
    reason: `sandbox-exec could not start a sandbox (${complaint})`,
    remedy: `It is part of macOS, at ${PROGRAM}; inside another sandbox it cannot start one.`,
  }
}

function wrapped({ program, args, cwd, env }: Launch, policy: SandboxPolicy): Launch {
  const { text, parameters } = seatbeltProfile(policy)
  return {
    program: PROGRAM,
    args: [
      ...['-p', text, ...Object.entries(parameters).map(([name, value]) => `-D${name}=${value}`)],
      ...['--', program, ...args],
    ],
    cwd,
    env: {
      ...env,
      CODEX_SANDBOX: 'seatbelt',
      ...(policy.networkAccess ? {} : { CODEX_SANDBOX_NETWORK_DISABLED: '1' }),
    },
  }
}

/**
 * What is not allowed by name is denied. Paths are parameters, so that no character of theirs is read as a rule.
 *
 * Later rules win. A path need not exist to be protected here, and a folder on the way to it may not be moved.
 */
export function seatbeltProfile(policy: SandboxPolicy): {
  readonly text: string
  readonly parameters: Readonly<Record<string, string>>
} {
  const { sandboxMode, writableRoots, temporaryFolders, protectedPaths, networkAccess } = policy
  const parameters: Record<string, string> = {}
  const parameter = (name: string, value: string) => {
    parameters[name] = value
    return `(param "${name}")`
  }
  const areas = sandboxMode === 'workspace-write' ? [...writableRoots, ...temporaryFolders] : []
  const allowed = areas.map((area, index) => `(subpath ${parameter(`WRITABLE_${index}`, area)})`)
  const guarded = protectedPaths.map((guard, index) => parameter(`PROTECTED_${index}`, guard))
  const ways = [...new Set([...areas, ...protectedPaths.flatMap((guard) => foldersAbove(guard, areas))])]
  const fixed = ways.map((folder, index) => `(literal ${parameter(`FIXED_${index}`, folder)})`)
  const services = [...SERVICES, ...(networkAccess ? NETWORK_SERVICES : [])]

  const lines = [
    '(version 1)',
    '(deny default)',
    '(allow process-exec process-fork)',
    '(allow signal process-info* (target same-sandbox))',
    '(allow sysctl-read)',
    '(allow ipc-posix-sem)',
    '(allow pseudo-tty)',
    '(allow file-read*)',
    '(allow file-ioctl file-write-data (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty"))',
    '(allow file-ioctl file-write* (literal "/dev/ptmx") (regex #"^/dev/ttys[0-9]+$"))',
    `(allow mach-lookup ${services.map((name) => `(global-name "${name}")`).join(' ')})`,
    ...(allowed.length === 0 ? [] : [`(allow file-write* ${allowed.join(' ')})`]),
    ...guarded.map((guard) => `(deny file-write* (literal ${guard}) (subpath ${guard}))`),
    ...(fixed.length === 0 ? [] : [`(deny file-write-unlink ${fixed.join(' ')})`]),
    ...(networkAccess ? ['(allow network* system-socket)'] : []),
  ]
  return { text: lines.join('\n'), parameters }
}

/** Those between `target` and the area that holds it. */
function foldersAbove(target: string, areas: readonly string[]): string[] {
  const area = areas.find((candidate) => target.startsWith(`${candidate}/`))
  if (area === undefined) return []
  const folders: string[] = []
  for (let folder = path.posix.dirname(target); folder !== area; folder = path.posix.dirname(folder)) {
    folders.push(folder)
  }
  return folders
}
