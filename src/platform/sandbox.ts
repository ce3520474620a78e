/** Where processes are kept inside the sandbox mode, for the modes that need it. */

import { OptionError } from '../protocol/errors.ts'
import type { SandboxMode } from '../protocol/modes.ts'
import { bubblewrap } from './sandbox/bubblewrap.ts'
import type { Sandbox, SandboxProblem } from './sandbox/port.ts'
import { seatbelt } from './sandbox/seatbelt.ts'

export type { Launch, Sandbox, SandboxPolicy, SandboxProblem, WrappedLaunch } from './sandbox/port.ts'

const none = async () => {}

const unconfined: Sandbox = {
  problem: async () => undefined,
  wrap: async (launch) => ({ launch, setupFailure: async () => undefined, release: none }),
}

function unknownPlatform(platform: string): Sandbox {
  const problem: SandboxProblem = {
    reason: `there is no sandbox for processes on this system (${platform})`,
    remedy: platform === 'win32' ? 'Run the host in WSL 2, with bubblewrap installed there.' : '',
  }
  return {
    problem: async () => problem,
    wrap: async () => {
      throw new Error(problem.reason)
    },
  }
}

const ofThisMachine =
  process.platform === 'linux'
    ? bubblewrap()
    : process.platform === 'darwin'
      ? seatbelt()
      : unknownPlatform(process.platform)

/** What holds processes in `mode` on this machine. */
export function sandboxFor(mode: SandboxMode): Sandbox {
  return mode === 'danger-full-access' ? unconfined : ofThisMachine
}

/** Why `mode` cannot be enforced here, after having tried it once in this process; undefined where it can. */
export async function sandboxProblem(mode: SandboxMode): Promise<SandboxProblem | undefined> {
  return sandboxFor(mode).problem()
}

/** Whether commands can run in `mode` on this machine. Where not, the workspace refuses to start any. */
export async function canEnforce(mode: SandboxMode): Promise<boolean> {
  return (await sandboxProblem(mode)) === undefined
}

/**
 * For a mode that a person has asked for by name: it is kept, or nothing runs at all.
 *
 * @throws {OptionError} It cannot be enforced here.
 */
export async function requireSandbox(mode: SandboxMode): Promise<void> {
  const problem = await sandboxProblem(mode)
  if (problem === undefined) return
  const { reason, remedy } = problem
  throw new OptionError(
    'sandboxMode',
    `${mode} was asked for and cannot be enforced on this machine, so nothing was run: ${reason}. ` +
      `${remedy === '' ? '' : `${remedy} `}Or leave the option out to work without starting processes, or pass ` +
      "'danger-full-access' where that is safe.",
  )
}
