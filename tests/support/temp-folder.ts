/** A folder that is gone when the test is over. */

import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface TempFolder extends AsyncDisposable {
  /** Absolute, links followed. */
  readonly path: string
}

export async function tempFolder(files: Readonly<Record<string, string>> = {}): Promise<TempFolder> {
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'codex-ts-test-')))
  for (const [name, text] of Object.entries(files)) {
    const at = path.join(folder, name)
    await mkdir(path.dirname(at), { recursive: true })
    await writeFile(at, text)
  }
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
