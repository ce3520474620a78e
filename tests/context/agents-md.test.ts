/** Which AGENTS.md files a model is shown, and how much of them. */

import { mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type AgentsMd, type AgentsMdOptions, findAgentsMd } from '../../src/context/index.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { hostFiles as files } from './host-files.ts'

/** What is found from `project/app/core` in a folder with these files, with the folder's own path taken out. */
async function find(
  contents: Readonly<Record<string, string>>,
  options: Partial<AgentsMdOptions> = {},
  prepare: (folder: TempFolder) => Promise<unknown> = async () => {},
): Promise<AgentsMd> {
  await using folder = await tempFolder(contents)
  await mkdir(path.join(folder.path, 'project/app/core'), { recursive: true })
  await prepare(folder)
  const cwd = path.join(folder.path, 'project', 'app', 'core')
  const found = await findAgentsMd({ files, cwd, home: path.join(folder.path, 'home'), ...options })
  const bare = (text: string) => text.replaceAll(folder.path + path.sep, '').replaceAll(path.sep, '/')
  return {
    text: found.text === null ? null : bare(found.text),
    files: found.files.map(bare),
    warnings: found.warnings.map(bare),
  }
}

const root = { 'project/.git/HEAD': '' }

describe('the files', () => {
  test('are the user’s own, then one of each folder from the project’s root down, the farthest first', async () => {
    const found = await find({
      ...root,
      'AGENTS.md': 'above the root',
      'home/AGENTS.md': 'user',
      'project/AGENTS.md': 'root',
      'project/app/AGENTS.md': 'app',
      'project/app/core/AGENTS.md': 'core',
      'project/app/other/AGENTS.md': 'other',
    })

    expect(found).toEqual({
      text: 'user\n\n--- project-doc ---\n\nroot\n\napp\n\ncore',
      files: ['home/AGENTS.md', 'project/AGENTS.md', 'project/app/AGENTS.md', 'project/app/core/AGENTS.md'],
      warnings: [],
    })
  })

  test('are none where there are none, or where they say nothing', async () => {
    const none = { text: null, files: [], warnings: [] }

    expect(await find(root)).toEqual(none)
    expect(await find({ ...root, 'project/AGENTS.md': ' \n' })).toEqual(none)
  })

  test('have no line between user and project where only one of them speaks', async () => {
    expect((await find({ ...root, 'home/AGENTS.md': 'user' })).text).toBe('user')
    expect((await find({ ...root, 'project/AGENTS.md': 'root' })).text).toBe('root')
  })

  test('are overridden in their own folder, by name, and fall back to other names where neither is there', async () => {
    const contents = {
      ...root,
      'home/AGENTS.override.md': 'user override',
      'home/AGENTS.md': 'user',
      'project/AGENTS.override.md': 'root override',
      'project/AGENTS.md': 'root',
      'project/app/NOTES.md': 'fallback',
      'project/app/core/NOTES.md': 'hidden',
      'project/app/core/AGENTS.md': 'core',
    }

    const found = await find(contents, { fallbackNames: ['RULES.md', 'NOTES.md'] })

    expect(found.text).toBe('user override\n\n--- project-doc ---\n\nroot override\n\nfallback\n\ncore')
  })

  test('are those of the working directory alone where nothing marks a root above it', async () => {
    const contents = { 'project/AGENTS.md': 'root', 'project/app/core/AGENTS.md': 'core' }

    expect((await find(contents, { rootMarkers: ['no-such-marker'] })).text).toBe('core')
    expect((await find({ ...contents, 'project/go.mod': '' }, { rootMarkers: ['go.mod'] })).text).toBe(
      'root\n\ncore',
    )
  })
})

describe('a file that cannot be shown', () => {
  test('is passed over with a warning, and the next name counts', async () => {
    const found = await find({ ...root, 'project/AGENTS.override.md/x': '', 'project/AGENTS.md': 'root' })

    expect(found).toEqual({
      text: 'root',
      files: ['project/AGENTS.md'],
      warnings: ['project/AGENTS.override.md is left out: it cannot be read as a file.'],
    })
  })

  test('is one that leads out of the project, while links inside it and the user’s own are followed', async () => {
    const found = await find(
      { ...root, 'secret.txt': 'the key', 'project/GUIDE.md': 'guide', 'dots/AGENTS.md': 'user' },
      {},
      async ({ path: folder }) => {
        await symlink('../GUIDE.md', path.join(folder, 'project/app/AGENTS.md'))
        await symlink(path.join(folder, 'secret.txt'), path.join(folder, 'project/AGENTS.md'))
        await symlink(path.join(folder, 'dots'), path.join(folder, 'home'))
      },
    )

    expect(found.text).toBe('user\n\n--- project-doc ---\n\nguide')
    expect(found.warnings).toEqual([
      'project/AGENTS.md is left out: it is a link that leads out of the project.',
    ])
  })

  test('is none where links go round in a circle or lead nowhere', async () => {
    const found = await find(
      { ...root, 'project/app/core/AGENTS.md': 'core' },
      {},
      async ({ path: folder }) => {
        await symlink('AGENTS.md', path.join(folder, 'project/AGENTS.md'))
        await symlink('gone.md', path.join(folder, 'project/app/AGENTS.md'))
      },
    )

    expect(found).toMatchObject({ text: 'core', warnings: [] })
  })

  test('loses no more than a byte order mark', async () => {
    expect((await find({ ...root, 'project/AGENTS.md': '\uFEFFroot' })).text).toBe('root')
  })
})

describe('the limit', () => {
  test('is 32 KiB for the project together: cut at the end of a line, with a note of what is missing', async () => {
    const line = `${'x'.repeat(99)}\n`
    const found = await find({
      ...root,
      'home/AGENTS.md': line.repeat(1_000),
      'project/AGENTS.md': line.repeat(200),
      'project/app/AGENTS.md': line.repeat(200),
      'project/app/core/AGENTS.md': 'core',
    })

    const [own, project] = found.text?.split('\n\n--- project-doc ---\n\n') ?? []
    expect(own).toBe(line.repeat(1_000))
    expect(project).toBe(
      `${line.repeat(200)}\n\n${line.repeat(127)}` +
        "[Cut here, because a project's instructions may take 32768 bytes: 7300 bytes of project/app/AGENTS.md are not " +
        'shown. Left out whole: project/app/core/AGENTS.md. Read the files themselves where they matter.]',
    )
    expect(found.files).toEqual(['home/AGENTS.md', 'project/AGENTS.md', 'project/app/AGENTS.md'])
    expect(found.warnings).toEqual([
      expect.stringMatching(/^Cut here.*Left out whole: project\/app\/core\/AGENTS\.md\.$/),
    ])
  })

  test('is counted in bytes, and a file that just fits is whole', async () => {
    const contents = { ...root, 'project/AGENTS.md': 'äöü\nß\n' }

    expect((await find(contents, { projectBytesMax: 10 })).text).toBe('äöü\nß\n')
    expect((await find(contents, { projectBytesMax: 9 })).text).toMatch(
      /^äöü\n\[Cut here.* 3 bytes of project\/AGENTS\.md/,
    )
    expect((await find(contents, { projectBytesMax: 5 })).text).toMatch(/^äö\n\[Cut here.* 6 bytes of/)
    expect((await find(contents, { projectBytesMax: 1 })).text).toMatch(/^\[Cut here.* 10 bytes of/)
    expect((await find(contents, { projectBytesMax: 1 })).files).toEqual([])
  })

  test('of 0 shows no project file, and the user’s own all the same', async () => {
    const contents = { ...root, 'home/AGENTS.md': 'user', 'project/AGENTS.md': 'root' }

    expect((await find(contents, { projectBytesMax: 0 })).text).toBe('user')
  })
})
