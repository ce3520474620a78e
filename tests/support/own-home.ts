/** Gives the whole run an empty home folder: a login shell reads no profile of the person's, and nothing of theirs is touched. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export default function setup(): () => void {
  const home = mkdtempSync(path.join(tmpdir(), 'codex-ts-home-'))
  process.env.HOME = home
  process.env.USERPROFILE = home
  // Hundreds of processes are started from the source; what Node makes of it is made once.
  process.env.NODE_COMPILE_CACHE ??= path.join(home, '.node-compile-cache')
  return () => rmSync(home, { recursive: true, force: true })
}
