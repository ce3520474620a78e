/** The commands of this machine that outlive the call that started them. */

import { randomInt } from 'node:crypto'
import type { Clock } from './clock.ts'
import type { CommandRequest } from './command.ts'
import { StdinClosedError, UnknownProcessError } from './errors.ts'
import { type HeadTailBuffer, headTailBuffer } from './head-tail-buffer.ts'
import type { LaunchedCommand } from './launch-command.ts'
import type { ProcessSnapshot, ProcessTable } from './process-table.ts'
import { within } from './within.ts'

// All of these are upstream's.
const PROCESSES_MAX = 64
const RECENT_PROTECTED = 8
const UNREAD_BYTES_MAX = 1024 * 1024
const EARLY_EXIT_MS = 150
/** What was typed is given time to show before a look begins. */
const AFTER_TYPING_MS = 100
const SESSION_ID_MIN = 1_000
const SESSION_ID_MAX = 99_999

const INTERRUPT = '\u0003'

/** Starts a command whose output comes as bytes, too. */
export type LaunchForTable = (
  request: CommandRequest,
  onBytes: (bytes: Buffer) => void,
) => Promise<LaunchedCommand>

interface TableEntry {
  readonly sessionId: number
  readonly command: LaunchedCommand
  readonly unread: HeadTailBuffer
  /** Undefined while it runs. */
  exitCode: number | undefined
  lastUse: number
  /** Looks at one command happen one after the other; this is the end of the last. */
  lastLook: Promise<unknown>
}

/** The commands of one workspace; `through` gives them to whoever starts them in a way of their own. */
export interface LocalProcessTable extends AsyncDisposable {
  /** The same commands under the same numbers; what is started here is launched by `launch`. */
  through(launch: LaunchForTable): ProcessTable
}

export function localProcessTable(clock: Clock): LocalProcessTable {
  const entries = new Map<number, TableEntry>()
  let uses = 0

  const use = (entry: TableEntry) => {
    uses += 1
    entry.lastUse = uses
  }

  const add = (command: LaunchedCommand, unread: HeadTailBuffer): TableEntry => {
    makeRoom(entries)
    const sessionId = freeSessionId(entries)
    const entry: TableEntry = {
      sessionId,
      command,
      unread,
      exitCode: undefined,
      lastUse: 0,
      lastLook: Promise.resolve(),
    }
    entries.set(sessionId, entry)
    use(entry)
    return entry
  }

  const look = async (entry: TableEntry, waitMs: number, signal?: AbortSignal): Promise<ProcessSnapshot> => {
    const startedAt = clock.now()
    await within(entry.command.ended, { ms: waitMs, signal })
    const { text, totalBytes, omittedBytes } = entry.unread.drain()
    const hasEnded = entry.exitCode !== undefined
    if (hasEnded) entries.delete(entry.sessionId)
    return {
      output: text,
      outputBytes: totalBytes,
      omittedBytes,
      exitCode: entry.exitCode ?? null,
      sessionId: hasEnded ? null : entry.sessionId,
      wallTimeMs: Math.max(0, clock.now() - startedAt),
    }
  }

  const end = async () => {
    const commands = [...entries.values()].map((entry) => entry.command)
    entries.clear()
    await Promise.all(commands.map((command) => command.stop()))
  }

  const through = (launch: LaunchForTable): ProcessTable => ({
    async start(request, { yieldMs, signal, onEnded }) {
      signal?.throwIfAborted()
      const unread = headTailBuffer(UNREAD_BYTES_MAX)
      const command = await launch(request, (bytes) => unread.push(bytes))
      // Between looks nobody waits for it, so it must not keep the host alive; a look's own timer does.
      command.unref()
      const entry = add(command, unread)
      const told = command.ended.then((result) => {
        entry.exitCode = result.exitCode
        onEnded?.(result)
      })
      // Nobody waits for this, so a listener that throws would bring the host down.
      told.catch(() => {})
      // Whoever dies young is reported dead at once, however short the wait.
      const first = look(entry, Math.max(yieldMs, EARLY_EXIT_MS), signal)
      entry.lastLook = first
      return first
    },

    async write(sessionId, chars, { yieldMs, signal }) {
      const entry = entries.get(sessionId)
      if (entry === undefined) throw new UnknownProcessError(sessionId)
      use(entry)
      const hasTyped = send(entry, chars)

      // What came of the look before is for whoever asked for it.
      const before = entry.lastLook.catch(() => {})
      const next = within(before, { signal })
        .then(() => (hasTyped ? within(entry.command.ended, { ms: AFTER_TYPING_MS, signal }) : undefined))
        .then(() => look(entry, yieldMs, signal))
      entry.lastLook = next
      return next
    },

    [Symbol.asyncDispose]: end,
  })

  return { through, [Symbol.asyncDispose]: end }
}

/** Whether something was typed. Without a terminal there is nowhere to type, and Ctrl-C is a signal. */
function send({ command, sessionId }: TableEntry, chars: string): boolean {
  if (chars === '') return false
  if (command.type !== undefined) command.type(chars)
  else if (chars === INTERRUPT) command.interrupt()
  else throw new StdinClosedError(sessionId)
  return command.type !== undefined
}

/** Ends the command that was used longest ago, one that has ended by itself before any other, none of the latest. */
function makeRoom(entries: Map<number, TableEntry>): void {
  while (entries.size >= PROCESSES_MAX) {
    const oldestFirst = [...entries.values()].sort((a, b) => a.lastUse - b.lastUse)
    const candidates = oldestFirst.slice(0, -RECENT_PROTECTED)
    const chosen = candidates.find((entry) => entry.exitCode !== undefined) ?? candidates[0]
    if (chosen === undefined) return
    entries.delete(chosen.sessionId)
    void chosen.command.stop()
  }
}

function freeSessionId(entries: ReadonlyMap<number, TableEntry>): number {
  for (;;) {
    const sessionId = randomInt(SESSION_ID_MIN, SESSION_ID_MAX + 1)
    if (!entries.has(sessionId)) return sessionId
  }
}
