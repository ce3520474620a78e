/** What is read of a repository, compared with what git itself says. */

import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { gitFacts } from '../../src/context/index.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { hostFiles as files } from './host-files.ts'

const CONFIG = ['-c', 'user.name=A', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false']
const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', [...CONFIG, ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

function hasGit(): boolean {
  try {
    return git('.', '--version') !== ''
  } catch {
    return false
  }
}

/** A repository with one commit on `main`, in `repo`. */
async function repository(): Promise<TempFolder & { readonly root: string }> {
  const folder = await tempFolder({ 'repo/src/a.txt': 'a' })
  const root = path.join(folder.path, 'repo')
  git(root, 'init', '--quiet', '--initial-branch=main')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '-m', 'first')
  return { ...folder, root }
}

describe.skipIf(!hasGit())('git’s own files (need git)', () => {
  test('say branch, commit and origin, from any folder of the repository', async () => {
    await using repo = await repository()
    git(repo.root, 'remote', 'add', 'origin', 'https://user:token@example.com/tea.git')

    const commit = git(repo.root, 'rev-parse', 'HEAD')
    expect(await gitFacts(files, path.join(repo.root, 'src'))).toEqual({
      root: repo.root,
      branch: 'main',
      commit,
      shortCommit: commit.slice(0, 7),
      repositoryUrl: 'https://example.com/tea.git',
    })
  })

  test('are understood when references are packed, and when a newer one lies beside', async () => {
    await using repo = await repository()
    git(repo.root, 'checkout', '--quiet', '-b', 'feature/tea')
    git(repo.root, 'pack-refs', '--all')
    const packed = await gitFacts(files, repo.root)
    git(repo.root, 'commit', '--quiet', '--allow-empty', '-m', 'second')
    const loose = await gitFacts(files, repo.root)

    expect(packed).toMatchObject({ branch: 'feature/tea', commit: git(repo.root, 'rev-parse', 'HEAD~') })
    expect(loose).toMatchObject({ branch: 'feature/tea', commit: git(repo.root, 'rev-parse', 'HEAD') })
  })

  test('are found from a worktree', async () => {
    await using repo = await repository()
    const worktree = path.join(repo.path, 'other')
    git(repo.root, 'worktree', 'add', '--quiet', '-b', 'side', worktree)
    git(worktree, 'commit', '--quiet', '--allow-empty', '-m', 'second')
    git(repo.root, 'remote', 'add', 'origin', 'git@example.com:tea.git')

    expect(await gitFacts(files, worktree)).toMatchObject({
      root: worktree,
      branch: 'side',
      commit: git(worktree, 'rev-parse', 'HEAD'),
      repositoryUrl: 'git@example.com:tea.git',
    })
    git(repo.root, 'pack-refs', '--all')
    expect((await gitFacts(files, worktree))?.commit).toBe(git(worktree, 'rev-parse', 'HEAD'))
  })

  test('say no branch where a commit is checked out, and no commit before the first', async () => {
    await using repo = await repository()
    const commit = git(repo.root, 'rev-parse', 'HEAD')
    git(repo.root, 'checkout', '--quiet', '--detach')
    const fresh = path.join(repo.path, 'fresh')
    await mkdir(fresh)
    git(fresh, 'init', '--quiet', '--initial-branch=main')

    expect(await gitFacts(files, repo.root)).toMatchObject({ branch: null, commit })
    expect(await gitFacts(files, fresh)).toMatchObject({ branch: 'main', commit: null, shortCommit: null })
  })

  test('say nothing of a bare repository', async () => {
    await using folder = await tempFolder()
    git(folder.path, 'init', '--quiet', '--bare', 'bare.git')
    git(folder.path, 'init', '--quiet', 'marked')
    git(path.join(folder.path, 'marked'), 'config', 'core.bare', 'true')

    expect(await gitFacts(files, path.join(folder.path, 'bare.git'))).toBe(null)
    expect(await gitFacts(files, path.join(folder.path, 'marked'))).toBe(null)
  })
})

describe('what is no repository', () => {
  test('has no facts', async () => {
    await using folder = await tempFolder({ 'a/.git': 'no pointer', 'b/.git': 'gitdir: ../gone' })

    expect(await gitFacts(files, folder.path)).toBe(null)
    expect(await gitFacts(files, path.join(folder.path, 'a'))).toBe(null)
    expect(await gitFacts(files, path.join(folder.path, 'b'))).toBe(null)
  })

  test.each([
    ['a reference out of the repository', 'ref: refs/../../secret'],
    ['a reference to itself', 'ref: refs/heads/main'],
    ['something else', 'what is this'],
  ])('or holds %s gives no commit', async (_, head) => {
    await using folder = await tempFolder({
      secret: 'a'.repeat(40),
      '.git/HEAD': head,
      '.git/refs/heads/main': 'ref: refs/heads/main',
    })

    expect(await gitFacts(files, folder.path)).toMatchObject({ commit: null })
  })

  test('and references in the reftable format are not read', async () => {
    await using folder = await tempFolder({
      '.git/HEAD': 'ref: refs/heads/.invalid',
      '.git/reftable/tables.list': '',
    })

    expect(await gitFacts(files, folder.path)).toMatchObject({ branch: null, commit: null })
  })

  test('shows nothing of a file that is no reference', async () => {
    await using folder = await tempFolder({ '.git/HEAD': 'ref: refs/heads/main' })
    await mkdir(path.join(folder.path, '.git/refs/heads'), { recursive: true })
    await writeFile(path.join(folder.path, '.git/refs/heads/main'), 'a secret')
    const config = `[core]${'\n'.repeat(200_000)}[remote "other"]\n\turl = https://example.com\n`
    await writeFile(path.join(folder.path, '.git/config'), config)

    expect(await gitFacts(files, folder.path)).toMatchObject({ commit: null, repositoryUrl: null })
  })
})
