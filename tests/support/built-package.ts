/** The package as it would be published, built into a folder that is gone when the test is over. */

import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { build } from 'tsup'
import { library, program } from '../../tsup.config.ts'
import { repositoryRoot } from './source-graph.ts'
import { type TempFolder, tempFolder } from './temp-folder.ts'

/** Declarations are left out: they take most of the time, and nothing here runs them. */
export async function builtPackage(): Promise<TempFolder> {
  const folder = await tempFolder({ 'package.json': JSON.stringify({ type: 'module' }) })
  await symlink(path.join(repositoryRoot, 'node_modules'), path.join(folder.path, 'node_modules'), 'junction')
  for (const part of [library, program]) {
    await build({ ...part, outDir: path.join(folder.path, 'dist'), dts: false, config: false, silent: true })
  }
  return folder
}
