/** Finds the library that the demo repairs, and the compiler that checks its types, among what is installed. */

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { DemoError } from '../errors.ts'

/** A package on this disk. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly folder: string
}

export interface Library extends InstalledPackage {
  /** What it imports. */
  readonly dependencies: readonly InstalledPackage[]
}

/**
 * `pretty-ms`, one file of readable source under the MIT licence.
 *
 * We depend on execa, which depends on it, so it is found wherever we are installed, whatever the layout.
 *
 * @throws {DemoError}
 */
export function findLibrary(): Library {
  const execa = installed('execa', import.meta.url)
  const library = installed('pretty-ms', entryOf(execa))
  return { ...library, dependencies: [installed('parse-ms', entryOf(library))] }
}

/**
 * TypeScript, which only our own checkout brings: next to us, or in the current folder's project.
 *
 * @throws {DemoError}
 */
export function findCompiler(): InstalledPackage {
  const places = [import.meta.url, path.join(process.cwd(), 'package.json')]
  for (const place of places) {
    try {
      return installed('typescript', place)
    } catch (error) {
      if (!(error instanceof DemoError)) throw error
    }
  }
  throw new DemoError(
    'The demo checks types with TypeScript, which is not installed here: npm install typescript.',
  )
}

const entryOf = ({ folder }: InstalledPackage): string => path.join(folder, 'package.json')

/** @param from The file, or its address, that would import the package. */
function installed(name: string, from: string): InstalledPackage {
  let entry: string
  try {
    entry = createRequire(from).resolve(name)
  } catch (error) {
    throw new DemoError(`The demo needs the package ${name}, which is not installed here: npm install.`, {
      cause: error,
    })
  }
  // A package need not export its package.json, so it is looked for above the file that it does export.
  let folder = path.dirname(entry)
  for (;;) {
    const file = path.join(folder, 'package.json')
    if (existsSync(file)) {
      const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
      if (isManifest(manifest) && manifest.name === name) return { name, version: manifest.version, folder }
    }
    const above = path.dirname(folder)
    if (above === folder) throw new DemoError(`${entry} lies in no folder of a package named ${name}.`)
    folder = above
  }
}

function isManifest(value: unknown): value is { readonly name: string; readonly version: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'version' in value &&
    typeof value.version === 'string'
  )
}
