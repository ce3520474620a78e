/** What it takes to start a process, and what comes of it. */

export interface CommandRequest {
  /** Program and arguments, or a line for the shell. */
  readonly command: string | readonly string[]
  /** Relative to the workspace's root; default the root. */
  readonly cwd?: string
  /** Added to the environment that the workspace's policy gives. */
  readonly env?: Readonly<Record<string, string>>
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly stdin?: string
  /**
   * A terminal of 24 lines by 80 columns in place of pipes: `stdin` is typed into it, it stays open for more, and all
   * output is `stdout`. Needs the package node-pty, which the host installs. Default false.
   */
  readonly tty?: boolean
  /** The whole process group is ended after this. No limit when absent. */
  readonly timeoutMs?: number
  /**
   * Bytes kept of stdout, of stderr and of both together, half from the head and half from the tail with a note of the
   * bytes missing between. Default 1 MiB each.
   */
  readonly outputBytesMax?: number
  /** A login shell (`-lc`) where `command` is a line; default false. */
  readonly login?: boolean
  /** Name or path of the shell that runs a line; default the user's own. */
  readonly shell?: string
  /**
   * Called with text as it arrives, cut only between characters. A promise holds this stream back until it settles;
   * one that throws or rejects is not called again.
   */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void | Promise<void>
}

export interface CommandResult {
  /** 128 + n when signal n ended it (1 in a terminal, as upstream has it), 127 when the program was not found, 124 after a timeout. */
  readonly exitCode: number
  /** The signal's name, when one ended it. */
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** Both streams in the order of their arrival, under the same bound. */
  readonly aggregated: string
  readonly timedOut: boolean
  /** Whether bytes were left out of `stdout` or `stderr`. */
  readonly truncated: boolean
  readonly durationMs: number
}

/** A process that is still there, or was until lately. */
export interface RunningCommand {
  readonly pid: number | undefined
  /** Settles when it has ended and its pipes are drained; never rejects. */
  readonly ended: Promise<CommandResult>
  /** SIGTERM to the process group, SIGKILL after a grace. Resolves when it has ended. */
  stop(): Promise<void>
  /** SIGINT to the process group. */
  interrupt(): void
}
