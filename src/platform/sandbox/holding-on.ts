/** Keeps what a sandbox needs until its command is over. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandResult } from '../command.ts'
import type { LaunchedCommand } from '../launch-command.ts'
import type { WrappedLaunch } from './port.ts'

/** How the program that sets up the sandbox of Linux or macOS begins, when it gives up. */
const COMPLAINT = /^(?:bwrap|sandbox-exec): /
const BEGINNING_LENGTH = 20
const NOT_EXECUTABLE_EXIT_CODE = 126
/** Each look is at all processes there are, so the pauses grow. */
const FIRST_POLL_MS = 1
const LAST_POLL_MS = 64
const DYING_MS_MAX = 1_000

type OnBytes = (bytes: Buffer) => void

/**
 * Launches what was wrapped. A command that never ran because its sandbox could not be set up says so: the words are
 * the sandbox's own, and any command can print them, so the sandbox is asked.
 *
 * @param onBytes Who wants the output as bytes.
 */
export async function holdingOn(
  wrapped: WrappedLaunch,
  onBytes: OnBytes | undefined,
  launch: (onBytes: OnBytes | undefined) => Promise<LaunchedCommand>,
): Promise<LaunchedCommand> {
  let beginning = ''
  const listen: OnBytes | undefined =
    onBytes &&
    ((bytes) => {
      if (beginning.length < BEGINNING_LENGTH) beginning += bytes.toString('latin1', 0, BEGINNING_LENGTH)
      onBytes(bytes)
    })

  const finish = async (command: LaunchedCommand): Promise<CommandResult> => {
    const result = await command.ended
    // What was killed takes a moment to die, and could use it to write where nothing is held any more.
    await untilDead(command)

    const isSuspect = result.exitCode !== 0 && (COMPLAINT.test(result.stderr) || COMPLAINT.test(beginning))
    const failure = isSuspect ? await wrapped.setupFailure() : undefined
    // What is left is swept away by the next command there.
    await wrapped.release().catch(() => {})
    if (failure === undefined) return result
    const note = `The command did not run: its sandbox could not be set up (${failure}).\n`
    onBytes?.(Buffer.from(note))
    return {
      ...result,
      exitCode: NOT_EXECUTABLE_EXIT_CODE,
      stderr: result.stderr + note,
      aggregated: result.aggregated + note,
    }
  }

  try {
    const command = await launch(listen)
    const ended = finish(command)
    return {
      ...command,
      ended,
      async stop() {
        await command.stop()
        await ended
      },
    }
  } catch (error) {
    await wrapped.release()
    throw error
  }
}

/** Its background children may live on where its sandbox lets them, so this does not wait for ever. */
async function untilDead(command: LaunchedCommand): Promise<void> {
  let waitedMs = 0
  for (let pollMs = FIRST_POLL_MS; waitedMs < DYING_MS_MAX && command.isAlive(); pollMs *= 2) {
    const thisTimeMs = Math.min(pollMs, LAST_POLL_MS)
    await sleep(thisTimeMs)
    waitedMs += thisTimeMs
  }
}
