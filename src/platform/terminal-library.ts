/** The part of node-pty that is used; the host brings the package, since it has to be built for its machine. */

import { messageOf } from '../protocol/errors.ts'
import { TerminalUnavailableError } from './errors.ts'

/** One program in its terminal. */
export interface Terminal {
  readonly pid: number
  /** Bytes where no encoding was set; text where the platform has nothing else. */
  onData(listener: (data: string | Uint8Array) => void): unknown
  onExit(listener: (exit: { readonly exitCode: number; readonly signal?: number }) => void): unknown
  write(data: string): void
  pause(): void
  resume(): void
  /** In no declaration of the package, but a socket's error without a listener would end the host. */
  on?(event: 'error', listener: (error: unknown) => void): unknown
}

export interface TerminalLibrary {
  spawn(
    file: string,
    args: string[],
    options: {
      readonly name: string
      readonly cols: number
      readonly rows: number
      readonly cwd: string
      readonly env: Record<string, string>
      readonly encoding: null
    },
  ): Terminal
}

const PACKAGE: string = 'node-pty'

let loading: Promise<TerminalLibrary> | undefined

/** @throws {TerminalUnavailableError} The package is not installed, or not for this machine. */
export function terminalLibrary(): Promise<TerminalLibrary> {
  // One that was missing may have been installed since.
  loading ??= load().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

async function load(): Promise<TerminalLibrary> {
  let loaded: unknown
  try {
    loaded = await import(PACKAGE)
  } catch (error) {
    throw new TerminalUnavailableError(problemOf(error), { cause: error })
  }
  const library = [loaded, defaultOf(loaded)].find(isTerminalLibrary)
  if (library === undefined) throw new TerminalUnavailableError('it has no function spawn')
  return library
}

/** Without the paths that such errors name. */
function problemOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const message = messageOf(error)
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${PACKAGE}'`)) return 'it is not installed'
  return 'it has no binary for this machine'
}

function defaultOf(loaded: unknown): unknown {
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined
}

function isTerminalLibrary(value: unknown): value is TerminalLibrary {
  return typeof value === 'object' && value !== null && 'spawn' in value && typeof value.spawn === 'function'
}
