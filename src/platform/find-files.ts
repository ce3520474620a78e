/** Finds files of one name below a folder that the host itself names. */

import { existsSync } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { messageOf } from '../protocol/errors.ts'

export interface FileSearch {
  /** Absolute; where nothing is there, nothing is found. */
  readonly folder: string
  /** Such as `SKILL.md`. */
  readonly name: string
  /** How many folders may lie between `folder` and a file; 0 for those that lie in it. */
  readonly depthMax: number
  /** What no link may lead out of; absolute. Without it links may lead anywhere. */
  readonly within?: string
  /** Files and links that are looked at, whatever their names; 20,000 unless given. */
  readonly entriesMax?: number
}

export interface FoundFiles {
  /** By path; one that several links lead to is there once, under the first of its names. */
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  /** What was not looked at, each with its reason. */
  readonly problems: readonly string[]
}

/** A folder full of other things must not hold up whoever waits for the search. */
const ENTRIES_MAX = 20_000
/** Folders of packages, which hold thousands of files of others. */
const PASSED_OVER = ['**/node_modules']

/** Hidden folders are passed over; a link to a folder is followed once, so a circle of links has an end. */
export async function findHostFiles(search: FileSearch): Promise<FoundFiles> {
  const { folder, within, entriesMax = ENTRIES_MAX } = search
  const problems: string[] = []
  if (!(await canBeSearched(folder, problems))) return { files: [], problems }

  const found = new Map<string, { readonly path: string; readonly bytes: number }>()
  const boundary = within === undefined ? undefined : await realPathOnHost(within)
  const seen = new Set<string>()
  const waiting: Start[] = [{ folder, depthMax: search.depthMax + 1 }]
  let entriesLeft = entriesMax

  for (const start of waiting) {
    const real = await realPathOnHost(start.folder)
    if (real === null || seen.has(real)) continue
    seen.add(real)
    if (!liesWithin(boundary, real)) {
      problems.push(`${start.folder} is left out: it is a link that leads out of the project.`)
      continue
    }
    const entries = await entriesOf(start, entriesLeft + 1)
    const into = { boundary, found, problems }
    const linked = await takeNamed(search.name, start, entries.slice(0, entriesLeft), into)
    for (const next of linked) waiting.push(next)
    entriesLeft -= entries.length
    if (entriesLeft < 0) {
      problems.push(`Only the first ${entriesMax} files and links below ${folder} were looked at.`)
      break
    }
  }
  return { files: [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), problems }
}

/** The path with all links followed; null where it leads nowhere, or in a circle. */
export async function realPathOnHost(file: string): Promise<string | null> {
  return await realpath(file).catch(() => null)
}

/** A folder to search, and how many levels of it. */
interface Start {
  readonly folder: string
  readonly depthMax: number
}

interface Entry {
  /** Below the folder, with forward slashes. */
  readonly path: string
  readonly isLink: boolean
}

/** What lies below a folder: the files and the links, without following any. */
async function entriesOf({ folder, depthMax }: Start, entriesMax: number): Promise<Entry[]> {
  const { default: glob } = await import('fast-glob')
  const entries: Entry[] = []
  const stream = glob.stream('**', {
    cwd: folder,
    deep: depthMax,
    ignore: PASSED_OVER,
    onlyFiles: false,
    objectMode: true,
    followSymbolicLinks: false,
    // A folder below that cannot be read is as good as empty.
    suppressErrors: true,
  })
  for await (const entry of stream as AsyncIterable<unknown>) {
    const { path: name, dirent } = entry as {
      path: string
      dirent: { isSymbolicLink(): boolean; isDirectory(): boolean }
    }
    if (dirent.isDirectory()) continue
    entries.push({ path: name, isLink: dirent.isSymbolicLink() })
    if (entries.length >= entriesMax) break
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1))
}

interface Taken {
  readonly boundary: string | null | undefined
  readonly found: Map<string, { readonly path: string; readonly bytes: number }>
  readonly problems: string[]
}

/** @returns The folders that links among the entries lead to, as far as they may be searched. */
async function takeNamed(
  name: string,
  start: Start,
  entries: readonly Entry[],
  into: Taken,
): Promise<Start[]> {
  const linked: Start[] = []
  for (const entry of entries) {
    const file = path.join(start.folder, entry.path)
    if (path.basename(file) === name) await take(file, into)
    else if (entry.isLink && (await isFolder(file))) {
      const depthLeft = start.depthMax - entry.path.split('/').length
      if (depthLeft > 0) linked.push({ folder: file, depthMax: depthLeft })
    }
  }
  return linked
}

async function take(file: string, into: Taken): Promise<void> {
  const real = await realPathOnHost(file)
  const info = real === null ? null : await stat(real).catch(() => null)
  if (real === null || info === null)
    into.problems.push(`${file} is left out: it is a link that leads nowhere.`)
  else if (!info.isFile()) into.problems.push(`${file} is left out: it is no file.`)
  else if (!liesWithin(into.boundary, real))
    into.problems.push(`${file} is left out: it is a link that leads out of the project.`)
  else if (!into.found.has(real)) into.found.set(real, { path: file, bytes: info.size })
}

/** False where nothing is there; where something is that cannot be searched, the reason is told. */
async function canBeSearched(folder: string, problems: string[]): Promise<boolean> {
  try {
    if (!existsSync(folder)) return false
    await readdir(folder)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT' && code !== 'ENOTDIR')
      problems.push(`${folder} cannot be searched: ${messageOf(error)}`)
    return false
  }
}

async function isFolder(file: string): Promise<boolean> {
  return await stat(file).then(
    (info) => info.isDirectory(),
    () => false,
  )
}

function liesWithin(boundary: string | null | undefined, real: string): boolean {
  if (boundary === undefined) return true
  if (boundary === null) return false
  const way = path.relative(boundary, real)
  return way === '' || (way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way))
}
