/** Names the folders between a project's root and the folder that somebody works in. */

import path from 'node:path'

/** What a project's root holds, unless a host says otherwise. */
export const ROOT_MARKERS: readonly string[] = ['.git']

/**
 * From the project's root down to `cwd`; `cwd` alone where no root is marked above it.
 *
 * @param options `cwd`: absolute. `rootMarkers`: names of files or folders; without any, only `cwd` counts.
 */
export async function projectFolders(options: {
  readonly files: { exists(path: string): Promise<boolean> }
  readonly cwd: string
  readonly rootMarkers?: readonly string[] | undefined
}): Promise<readonly string[]> {
  const { files, cwd, rootMarkers = ROOT_MARKERS } = options
  const folders: string[] = []
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    folders.unshift(folder)
    for (const marker of rootMarkers) if (await files.exists(path.join(folder, marker))) return folders
    if (path.dirname(folder) === folder) return [cwd]
  }
}

/** Whether `file` is `folder` or lies in it; both absolute, with links followed where that matters. */
export function liesIn(folder: string, file: string): boolean {
  const way = path.relative(folder, file)
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
}
