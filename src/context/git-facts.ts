/** Reads from a repository's own files which commit somebody works on. */

import path from 'node:path'
import type { InstructionFiles } from './agents-md.ts'

/** As Codex keeps them with a thread; the model is not told. */
export interface GitFacts {
  /** The folder with the files that are worked on; absolute. */
  readonly root: string
  /** Null where a commit is checked out by itself. */
  readonly branch: string | null
  /** Null before the first commit, and where the repository keeps it in a form that is not read here. */
  readonly commit: string | null
  /** The first seven digits of it. */
  readonly shortCommit: string | null
  /** Of the remote `origin`, without user and password; null where there is none. */
  readonly repositoryUrl: string | null
}

type GitFiles = Pick<InstructionFiles, 'readText' | 'exists'>

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
const SHORT_LENGTH = 7
/** How often a reference may lead to another. */
const LINKS_MAX = 5

/**
 * What is checked out at `cwd`, without starting git.
 *
 * Worktrees and packed references are understood. Whether files were changed is not said: it takes a look at every one.
 *
 * @returns Null outside a repository, and in one without files to work on.
 */
export async function gitFacts(files: GitFiles, cwd: string): Promise<GitFacts | null> {
  const place = await findRepository(files, cwd)
  if (place === null) return null
  const { root, gitFolder } = place
  const head = await readTrimmed(files, path.join(gitFolder, 'HEAD'))
  if (head === null) return null

  const shared = await sharedFolder(files, gitFolder)
  const config = (await files.readText(path.join(shared, 'config'))) ?? ''
  if (/^[ \t]*bare[ \t]*=[ \t]*(?:true|yes|on|1)[ \t\r]*$/im.test(sectionOf(config, 'core'))) return null

  const branch = /^ref:\s*refs\/heads\/(.+)$/.exec(head)?.[1] ?? null
  const commit = await resolve(files, [gitFolder, shared], head)
  const isUnreadable = branch === '.invalid'
  return {
    root,
    branch: isUnreadable ? null : branch,
    commit,
    shortCommit: commit === null ? null : commit.slice(0, SHORT_LENGTH),
    repositoryUrl: originOf(config),
  }
}

interface Repository {
  readonly root: string
  readonly gitFolder: string
}

async function findRepository(files: GitFiles, cwd: string): Promise<Repository | null> {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    const git = path.join(folder, '.git')
    if (await files.exists(path.join(git, 'HEAD'))) return { root: folder, gitFolder: git }
    // In a worktree and a submodule it is a file that says where the folder is.
    const pointer = await readTrimmed(files, git)
    const target = pointer === null ? undefined : /^gitdir:\s*(.+)$/m.exec(pointer)?.[1]
    if (target !== undefined) return { root: folder, gitFolder: path.resolve(folder, target.trim()) }
    if (path.dirname(folder) === folder) return null
  }
}

/** Where a worktree's repository keeps what all of its worktrees share. */
async function sharedFolder(files: GitFiles, gitFolder: string): Promise<string> {
  const common = await readTrimmed(files, path.join(gitFolder, 'commondir'))
  return common === null || common === '' ? gitFolder : path.resolve(gitFolder, common)
}

async function resolve(files: GitFiles, folders: readonly string[], head: string): Promise<string | null> {
  let value = head
  for (let link = 0; link <= LINKS_MAX; link += 1) {
    if (OBJECT_ID.test(value)) return value
    const name = /^ref:\s*(refs\/.+)$/.exec(value)?.[1]
    if (name === undefined || name.split('/').some((part) => part === '..' || part === '')) return null
    const next = await readReference(files, folders, name)
    if (next === null) return null
    value = next
  }
  return null
}

/** A reference of its own file wins over the packed one, which may be older. */
async function readReference(
  files: GitFiles,
  folders: readonly string[],
  name: string,
): Promise<string | null> {
  for (const folder of folders) {
    const loose = await readTrimmed(files, path.join(folder, name))
    if (loose !== null) return loose
  }
  for (const folder of folders) {
    const packed = await files.readText(path.join(folder, 'packed-refs'))
    const line = packed?.split(/\r?\n/).find((each) => each.endsWith(` ${name}`))
    if (line !== undefined) return line.slice(0, line.indexOf(' '))
  }
  return null
}

function originOf(config: string): string | null {
  const value = /^[ \t]*url[ \t]*=(.*)$/im.exec(sectionOf(config, 'remote "origin"'))?.[1] ?? ''
  const url = value.trim().replace(/^"(.*)"$/, '$1')
  return url === '' ? null : withoutUser(url)
}

/** Its lines up to the next section, of all sections of that name. */
function sectionOf(config: string, name: string): string {
  const sections = config.split(/^[ \t]*\[/m)
  return sections
    .filter((section) => section.slice(0, section.indexOf(']')).trim().toLowerCase() === name.toLowerCase())
    .map((section) => section.slice(section.indexOf(']') + 1))
    .join('\n')
}

/** An address may hold a token; `git@host:path` says only who git is there. */
function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/@]*@/i, '$1')
}

async function readTrimmed(files: GitFiles, file: string): Promise<string | null> {
  return (await files.readText(file))?.trim() ?? null
}
