/** The part of the machine that a thread's tools may touch: its files and its processes, inside one policy. */

import type { SandboxMode } from '../protocol/modes.ts'
import type { CommandRequest, CommandResult, RunningCommand } from './command.ts'
import type { ProcessTable } from './process-table.ts'

export interface FileInfo {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileInfo['kind']
  /** The name on the disk is no UTF-8: it reads with U+FFFD where it is not, and no path leads there. */
  readonly isUnreachable?: true
}

/**
 * Tools reach the machine only through this, so a remote workspace needs no second tool.
 *
 * Paths may be relative to `root` or absolute. Every method checks the policy after following links, and throws
 * `PathDeniedError` where it forbids. Whatever else the file system refuses is Node's own error, with its `code`.
 */
export interface Workspace extends AsyncDisposable {
  /** Absolute, links followed. */
  readonly root: string
  /** Absolute folders that may be written in `workspace-write`; the first is `root`. */
  readonly writableRoots: readonly string[]
  readonly sandboxMode: SandboxMode
  /** Whether commands may use the network. */
  readonly networkAccess: boolean
  /**
   * The same workspace without its policy, for one call that a person or a rule has allowed to leave it. Dispatch hands
   * it out; it is `this` where nothing is confined.
   */
  readonly unconfined: Workspace
  /** Commands that outlive the call that started them. */
  readonly processes: ProcessTable

  /** The absolute path that `path` means here; nothing is checked. */
  resolve(path: string): string
  /** @throws {PathDeniedError} Outside what may be read. */
  readable(path: string): Promise<string>
  /** @throws {PathDeniedError} Outside what may be written, or the mode is `read-only`. */
  writable(path: string): Promise<string>

  /** @throws {SpecialFileError} A pipe, a socket or a device, as of every method that reads or writes content. */
  readText(path: string, options?: { readonly signal?: AbortSignal }): Promise<string>
  /** What grows meanwhile is given as it was. A range is read alone, however long the file is. */
  readBytes(
    path: string,
    options?: { readonly offset?: number; readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<Uint8Array>
  /**
   * The beginnings of plain files that lie in one folder, in the order of their names; null for what cannot be read, or is
   * a link. For searches: many files cost little more than one.
   *
   * @param names As `list` gave them.
   * @param options.bytesMax Of each file.
   */
  readHeads(
    folder: string,
    names: readonly string[],
    options: { readonly bytesMax: number; readonly signal?: AbortSignal },
  ): Promise<(Uint8Array | null)[]>
  /** Replaces the file in one step, and makes the folders above it. */
  writeText(path: string, text: string): Promise<void>
  /** As `writeText` does. */
  writeBytes(path: string, bytes: Uint8Array): Promise<void>
  list(path: string, options?: { readonly signal?: AbortSignal }): Promise<DirectoryEntry[]>
  /** Null where nothing is. Does not follow a link at the end of `path`. */
  stat(path: string): Promise<FileInfo | null>
  /** A file, or a link itself; never a folder. */
  remove(path: string): Promise<void>

  /**
   * Run a command to its end. What it left running in its process group ends with it.
   *
   * @param options An abort ends the command first, then rejects with the signal's reason.
   * @throws {CommandNotStartedError} The folder is missing, or the system is out of processes.
   * @throws {SandboxUnavailableError} The mode cannot be enforced on this machine.
   */
  run(request: CommandRequest, options?: { readonly signal?: AbortSignal }): Promise<CommandResult>
  /** Start a command and return at once; it ends with the workspace at the latest. Throws as `run` does. */
  start(request: CommandRequest): Promise<RunningCommand>
}
