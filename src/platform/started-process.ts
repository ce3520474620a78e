/** What a command is watched and spoken to by, whether it has pipes or a terminal. */

/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number
  /** The signal's name, when one ended it. */
  readonly signal: string | null
}

/** A process that the system started, at the head of a group of its own. */
export interface StartedProcess {
  readonly pid: number
  /** Never rejects. */
  readonly exited: Promise<ProcessExit>
  /** Settles when nobody can write any more; never rejects. */
  readonly closed: Promise<void>
  /** What asks it to end, before it is killed. */
  readonly endSignals: readonly NodeJS.Signals[]
  /** Types into its terminal; undefined where it has none. */
  readonly type?: (text: string) => void
  /** Let the host's process end although this runs. */
  unref(): void
}

/** There was no process, for a reason that a shell would answer with an exit code. */
export interface NeverStarted {
  readonly pid: undefined
  readonly exitCode: number
  /** One line. */
  readonly problem: string
}
