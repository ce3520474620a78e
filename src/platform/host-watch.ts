/** Ends what commands left behind when their host was killed before it could do so itself. */

import type { ChildProcess } from 'node:child_process'
import { MARK_NAME } from './process-group.ts'

/**
 * Reads `add` and `drop` with the leader of a process group, one a line, until the host is gone and its pipe closes.
 * Then whoever is left is asked to end, and killed a second later: by groups, which is all there is without `/proc`,
 * and by the mark in the environment.
 */
const SCRIPT = `
groups=' '
while read -r deed pid; do
  case $deed in
    add) groups="$groups$pid " ;;
    drop) case $groups in *" $pid "*) groups="\${groups%%" $pid "*} \${groups#*" $pid "}" ;; esac ;;
  esac
done
for signal in TERM KILL; do
  for pid in $groups; do kill -s $signal -- -$pid; done
  for file in $(grep -alF "$1" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s $signal \${pid%/environ}
  done
  [ $signal = KILL ] || sleep 1
done`

const SHELL = '/bin/sh'
const SEARCH_PATH = '/usr/bin:/bin:/run/current-system/sw/bin'

export interface HostWatch {
  /** @param pid Leads a group of which somebody may live. */
  add(pid: number): void
  drop(pid: number): void
  /** Ends the watch, not the commands. */
  end(): void
}

/**
 * Watch this process from another, which outlives it.
 *
 * A host that a signal ends runs nothing any more, and a library that took its signals would change what they mean. The
 * watch is one small shell in a session of its own, which waits for the end of a pipe. It does not keep the host alive.
 *
 * @param mark What the environment of all commands to be ended begins its mark with.
 * @returns Undefined where there is no such shell; then commands outlive a host that is killed.
 */
export async function watchHost(mark: string): Promise<HostWatch | undefined> {
  if (process.platform === 'win32') return undefined
  const { spawn } = await import('node:child_process')
  const watch = (() => {
    try {
      return spawn(SHELL, ['-c', SCRIPT, 'sh', `${MARK_NAME}=${mark}`], {
        cwd: '/',
        env: { PATH: SEARCH_PATH },
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
    } catch {
      return undefined
    }
  })()
  watch?.on('error', () => {})
  if (watch?.pid === undefined) return undefined

  watch.unref()
  // Written to while the watch was killed by somebody.
  watch.stdin.on('error', () => {})
  unrefPipe(watch.stdin)
  return {
    add: (pid) => void watch.stdin.write(`add ${pid}\n`),
    drop: (pid) => void watch.stdin.write(`drop ${pid}\n`),
    end: () => void watch.kill('SIGKILL'),
  }
}

/** A pipe is a socket here; the type does not say so. */
function unrefPipe(pipe: ChildProcess['stdin']): void {
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref()
}
