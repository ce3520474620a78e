/** A folder's files as one value, to compare before with after. */

import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import path from 'node:path'

/** Texts by path with `/` between its parts; a link as `-> target`. Empty folders end with `/`. */
export async function folderTree(folder: string): Promise<Record<string, string>> {
  const tree: Record<string, string> = {}
  const walk = async (prefix: string): Promise<void> => {
    const names = (await readdir(path.join(folder, prefix))).sort()
    if (names.length === 0 && prefix !== '') tree[`${prefix}/`] = ''
    for (const name of names) {
      const key = prefix === '' ? name : `${prefix}/${name}`
      const at = path.join(folder, key)
      const info = await lstat(at)
      if (info.isSymbolicLink()) tree[key] = `-> ${await readlink(at)}`
      else if (info.isDirectory()) await walk(key)
      else tree[key] = await readFile(at, 'utf8')
    }
  }
  await walk('')
  return tree
}
