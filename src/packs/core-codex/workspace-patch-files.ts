/** A workspace's files, as a patch needs them. */

import { PathDeniedError } from '../../platform/errors.ts'
import type { Workspace } from '../../platform/workspace.ts'
import type { PatchFiles } from './apply-patch/index.ts'
import { decodeUtf8 } from './apply-patch/utf8.ts'
import { PatchRejectedError } from './errors.ts'

/** The policy is checked by the workspace; a path that it forbids is rejected in Codex's words before the first write. */
export function workspacePatchFiles(workspace: Workspace): PatchFiles {
  return {
    async kindOf(path) {
      const info = await workspace.stat(await workspace.readable(path))
      if (info === null) return null
      return info.kind === 'symlink' ? 'other' : info.kind
    },
    read: (path) => workspace.readBytes(path),
    write: (path, text) => workspace.writeText(path, text),
    remove: (path) => workspace.remove(path),
    snapshot: (path) => snapshot(workspace, path),
    async checkWritable(path) {
      try {
        await workspace.writable(path)
      } catch (error) {
        if (!(error instanceof PathDeniedError)) throw error
        throw new PatchRejectedError(`patch rejected: ${rejection(error)}`, { cause: error })
      }
    },
  }
}

function rejection({ sandboxMode, message }: PathDeniedError): string {
  return sandboxMode === 'read-only'
    ? 'writing is blocked by read-only sandbox; rejected by user approval settings'
    : `writing outside of the project; rejected by user approval settings (${message})`
}

/** What is no text, and what is a link, has no way back through a workspace; putting it back then fails loudly. */
async function snapshot(workspace: Workspace, path: string): Promise<() => Promise<void>> {
  const before = await workspace.stat(path)
  if (before === null) {
    return async () => {
      if ((await workspace.stat(path)) !== null) await workspace.remove(path)
    }
  }
  const target = await workspace.stat(await workspace.readable(path))
  if (target?.kind !== 'file') return async () => {}
  const bytes = await workspace.readBytes(path)
  return async () => {
    if ((await workspace.stat(path))?.kind === before.kind) {
      const now = await workspace.readBytes(path)
      if (Buffer.compare(now, bytes) === 0) return
    } else if (before.kind === 'symlink') throw new Error('a link cannot be made again')
    await workspace.writeText(path, decodeUtf8(bytes))
  }
}
