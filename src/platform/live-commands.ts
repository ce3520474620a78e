/** All commands of one workspace that may still have a process. */

import { randomUUID } from 'node:crypto'
import { WorkspaceClosedError } from './errors.ts'
import { atHostExit } from './host-exit.ts'
import { type HostWatch, watchHost } from './host-watch.ts'
import { type LaunchedCommand, type LaunchOptions, launchCommand } from './launch-command.ts'
import { killMarked } from './process-group.ts'
import type { Launch } from './sandbox.ts'

export interface LiveCommands extends AsyncDisposable {
  /** @throws {WorkspaceClosedError} @throws {CommandNotStartedError} */
  launch(launch: Launch, options: Omit<LaunchOptions, 'mark'>): Promise<LaunchedCommand>
}

/**
 * Whatever was launched here, and whatever that launched, ends when this is disposed or the host exits.
 */
export function liveCommands(): LiveCommands {
  const live = new Set<LaunchedCommand>()
  const workspaceMark = `${randomUUID()}/`
  let count = 0
  let isClosed = false
  let forgetHostExit: (() => void) | undefined
  let watching: Promise<HostWatch | undefined> | undefined
  let watch: HostWatch | undefined

  const killAll = () => {
    for (const command of live) command.kill()
    if (count > 0) killMarked(workspaceMark)
    watch?.end()
  }

  const watchTheHost = () => {
    watching ??= watchHost(workspaceMark).then((started) => {
      watch = started
      return started
    })
    return watching
  }

  const forget = (command: LaunchedCommand) => {
    live.delete(command)
    if (command.pid !== undefined) watch?.drop(command.pid)
  }

  return {
    async launch(launch, options) {
      if (isClosed) throw new WorkspaceClosedError()
      forgetHostExit ??= atHostExit(killAll)
      count += 1
      const command = await launchCommand(launch, { ...options, mark: `${workspaceMark}${count}/` })
      // What a command left running in its group stays on the list, until somebody sees that it has gone.
      for (const earlier of live) if (!earlier.mayBeAlive()) forget(earlier)
      live.add(command)
      if (isClosed) {
        await command.stop()
        throw new WorkspaceClosedError()
      }
      const started = await watchTheHost()
      if (command.pid !== undefined) started?.add(command.pid)
      void command.ended.then(() => {
        if (!command.isAlive()) forget(command)
      })
      return command
    },

    async [Symbol.asyncDispose]() {
      isClosed = true
      await Promise.all([...live].map((command) => command.stop()))
      live.clear()
      if (count > 0) killMarked(workspaceMark)
      forgetHostExit?.()
      const started = await watching
      started?.end()
    },
  }
}
