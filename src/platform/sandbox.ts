/** Where processes are kept inside the sandbox mode, for the modes that need it. */

import type { SandboxMode } from '../protocol/modes.ts'

/** Everything that decides what a new process is. */
export interface Launch {
  readonly program: string
  readonly args: readonly string[]
  /** Absolute. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** What may be touched: by processes through a sandbox, by our own file access through `checkAccess`. */
export interface SandboxPolicy {
  readonly sandboxMode: SandboxMode
  /** Absolute, links followed; the first is the workspace's root. In `read-only` they may be read. */
  readonly writableRoots: readonly string[]
  /** Absolute; not to be written although they lie inside a writable root. */
  readonly protectedPaths: readonly string[]
  /** Whether processes may use the network. */
  readonly networkAccess: boolean
}

/** A mechanism that holds a process, and all it starts, to a policy. */
export interface Sandbox {
  /** The launch that starts the same command inside. */
  wrap(launch: Launch, policy: SandboxPolicy): Launch | Promise<Launch>
}

const unconfined: Sandbox = { wrap: (launch) => launch }

/** What enforces `mode` on this machine; undefined where nothing does. */
export function sandboxFor(mode: SandboxMode): Sandbox | undefined {
  return mode === 'danger-full-access' ? unconfined : undefined
}

/** Whether commands can run in `mode` on this machine. Where not, the workspace refuses to start any. */
export function canEnforce(mode: SandboxMode): boolean {
  return sandboxFor(mode) !== undefined
}
