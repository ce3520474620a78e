/** A workspace's files, as a patch needs them. */

import { PathDeniedError } from '../../platform/errors.ts'
import type { Workspace } from '../../platform/workspace.ts'
import type { PatchFiles, PatchSnapshot } from './apply-patch/index.ts'
import { FileChangedError, PatchRejectedError } from './errors.ts'

/** The policy is checked by the workspace; a path that it forbids is rejected in Codex's words before the first write. */
export function workspacePatchFiles(workspace: Workspace): PatchFiles {
  return {
    async kindOf(path) {
      const info = await workspace.stat(await workspace.readable(path))
      if (info === null) return null
      return info.kind === 'symlink' ? 'other' : info.kind
    },
    read: (path) => workspace.readBytes(path),
    async write(path, text, { expected } = {}) {
      if (expected !== undefined && Buffer.compare(await workspace.readBytes(path), expected) !== 0) {
        throw new FileChangedError(path)
      }
      await workspace.writeText(path, text).catch((error: unknown) => {
        throw isFileInTheWay(error) ? new Error('a part of the path is a file', { cause: error }) : error
      })
    },
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

/** Codex makes folders only where nothing is, and so has other words for a file that stands where one has to be. */
function isFileInTheWay(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}

/**
 * What is a link has no way back, and says so; a deleted file comes back without its mode. All bytes are held in memory until the patch has ended.
 */
async function snapshot(workspace: Workspace, path: string): Promise<PatchSnapshot> {
  const forget = async () => {}
  const before = await workspace.stat(path)
  if (before === null) {
    return {
      forget,
      async restore() {
        if ((await workspace.stat(path)) !== null) await workspace.remove(path)
      },
    }
  }
  const target = await workspace.stat(await workspace.readable(path))
  if (target?.kind !== 'file') return { forget, restore: async () => {} }
  const bytes = await workspace.readBytes(path)
  return {
    forget,
    async restore() {
      if ((await workspace.stat(path))?.kind === before.kind) {
        const now = await workspace.readBytes(path)
        if (Buffer.compare(now, bytes) === 0) return
      } else if (before.kind === 'symlink') throw new Error('a link cannot be made again')
      await workspace.writeBytes(path, bytes)
    },
  }
}
