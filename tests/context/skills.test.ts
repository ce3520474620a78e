/** Which skills are found, what a model is told of them, and how it gets at their texts. */

import { chmod, mkdir, symlink } from 'node:fs/promises'
import { userInfo } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  findSkills,
  mentionedSkills,
  readSkillReference,
  type Skill,
  type SkillsOptions,
  skillCatalogue,
  skillMessage,
  skillMessages,
  skillReference,
} from '../../src/context/index.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { hostFiles as files } from './host-files.ts'

const skillText = (name: string, description = `About ${name}.`) =>
  `---\nname: ${name}\ndescription: ${description}\n---\nText of ${name}.\n`
const root = { 'project/.git/HEAD': '' }

interface Found {
  /** `scope name path`, as they are given. */
  readonly skills: readonly string[]
  readonly warnings: readonly string[]
}

/** What is found from `project/app`, with the folder's own path taken out. */
async function find(
  contents: Readonly<Record<string, string>>,
  prepare: (folder: TempFolder) => Promise<unknown> = async () => {},
  options: Partial<SkillsOptions> = {},
): Promise<Found> {
  await using folder = await tempFolder(contents)
  await mkdir(path.join(folder.path, 'project/app'), { recursive: true })
  await prepare(folder)
  const at = (name: string) => path.join(folder.path, name)
  const found = await findSkills({
    files,
    cwd: at('project/app'),
    userHome: at('user'),
    home: at('state'),
    ...options,
  })
  const bare = (text: string) => text.replaceAll(folder.path + path.sep, '').replaceAll(path.sep, '/')
  return {
    skills: found.skills.map(({ scope, name, path: file }) => `${scope} ${name} ${bare(file)}`),
    warnings: found.warnings.map(bare),
  }
}

describe('the search', () => {
  test('takes the project’s skills, then the user’s, each by name', async () => {
    const found = await find({
      ...root,
      '.agents/skills/above/SKILL.md': skillText('above'),
      'project/.agents/skills/rooted/SKILL.md': skillText('rooted'),
      'project/app/.agents/skills/near/SKILL.md': skillText('near'),
      'project/app/.codex/skills/nearest/SKILL.md': skillText('nearest'),
      'project/app/.codex/skills/deep/a/b/SKILL.md': skillText('deep'),
      'project/app/core/.agents/skills/below/SKILL.md': skillText('below'),
      'user/.agents/skills/own/SKILL.md': skillText('own'),
      'state/skills/stated/SKILL.md': skillText('stated'),
    })

    expect(found).toEqual({
      skills: [
        'project deep project/app/.codex/skills/deep/a/b/SKILL.md',
        'project near project/app/.agents/skills/near/SKILL.md',
        'project nearest project/app/.codex/skills/nearest/SKILL.md',
        'project rooted project/.agents/skills/rooted/SKILL.md',
        'user own user/.agents/skills/own/SKILL.md',
        'user stated state/skills/stated/SKILL.md',
      ],
      warnings: [],
    })
  })

  test('finds none where there are none', async () => {
    expect(await find({})).toEqual({ skills: [], warnings: [] })
  })

  test('keeps several of one name apart, so that a project cannot stand in for the user', async () => {
    const found = await find({
      ...root,
      'project/app/.agents/skills/tea/SKILL.md': skillText('tea'),
      'project/.agents/skills/green/SKILL.md': skillText('tea'),
      'user/.agents/skills/tea/SKILL.md': skillText('tea'),
    })

    expect(found).toEqual({
      skills: [
        'project tea project/.agents/skills/green/SKILL.md',
        'project tea project/app/.agents/skills/tea/SKILL.md',
        'user tea user/.agents/skills/tea/SKILL.md',
      ],
      warnings: [],
    })
  })

  test('takes the folder’s name where none is given, and leaves bad skills out with the reason', async () => {
    const found = await find({
      ...root,
      'project/.agents/skills/unnamed/SKILL.md': '---\ndescription: Helps.\n---\n',
      'project/.agents/skills/a/SKILL.md': 'no front matter',
      'project/.agents/skills/b/SKILL.md': '---\nname: b\ndescription: no end\n',
      'project/.agents/skills/c/SKILL.md': '---\nname: c\n---\n',
      'project/.agents/skills/d/SKILL.md': skillText('d'.repeat(65)),
      'project/.agents/skills/e/SKILL.md/folder': '',
      'project/.agents/skills/f/SKILL.md': `${skillText('f')}${'x'.repeat(1024 * 1024)}`,
      'project/.agents/skills/g/SKILL.md': skillText('g', 'x'.repeat(1_025)),
    })

    expect(found.skills).toEqual([
      'project g project/.agents/skills/g/SKILL.md',
      'project unnamed project/.agents/skills/unnamed/SKILL.md',
    ])
    expect(found.warnings).toEqual([
      'project/.agents/skills/a/SKILL.md is no skill: it does not begin with a line ---.',
      'project/.agents/skills/b/SKILL.md is no skill: its front matter has no end: a second line --- is missing.',
      'project/.agents/skills/c/SKILL.md is no skill: its front matter has no description.',
      'project/.agents/skills/d/SKILL.md is no skill: its name is longer than 64 characters.',
      expect.stringMatching(/\/f\/SKILL\.md is no skill: it has \d+ bytes, more than 1048576\.$/),
      'project/.agents/skills/g/SKILL.md: only 1024 characters of its description are shown.',
    ])
  })

  test('follows links inside the project and of the user, once each, and none that leads out of the project', async () => {
    const found = await find(
      {
        ...root,
        'project/shared/tea/SKILL.md': skillText('tea'),
        'project/.agents/skills/plain/SKILL.md': skillText('plain'),
        'outside/stolen/SKILL.md': skillText('stolen'),
        'outside/note.md': skillText('note'),
        'dots/cup/SKILL.md': skillText('cup'),
        'user/.agents/skills/x/SKILL.md': skillText('x'),
      },
      async ({ path: folder }) => {
        const at = (name: string) => path.join(folder, name)
        const skills = at('project/.agents/skills')
        await mkdir(path.join(skills, 'file'))
        await symlink('../../shared', path.join(skills, 'linked'))
        await symlink('..', path.join(skills, 'plain/loop'))
        await mkdir(path.join(skills, 'same'))
        await symlink('../plain/SKILL.md', path.join(skills, 'same/SKILL.md'))
        await symlink(at('outside'), path.join(skills, 'out'))
        await symlink(at('outside/note.md'), path.join(skills, 'file/SKILL.md'))
        await symlink(at('dots'), at('user/.agents/skills/dots'))
        await symlink(at('project/shared'), at('user/.agents/skills/again'))
      },
    )

    expect(found.skills).toEqual([
      'project plain project/.agents/skills/plain/SKILL.md',
      'project tea project/.agents/skills/linked/tea/SKILL.md',
      'user cup user/.agents/skills/dots/cup/SKILL.md',
      'user x user/.agents/skills/x/SKILL.md',
    ])
    expect(found.warnings.toSorted()).toEqual([
      'project/.agents/skills/file/SKILL.md is left out: it is a link that leads out of the project.',
      'project/.agents/skills/out is left out: it is a link that leads out of the project.',
    ])
  })

  test('takes the skills in a home folder for the user’s, also for work in that folder', async () => {
    const contents = { 'project/app/.agents/skills/own/SKILL.md': skillText('own') }
    await using folder = await tempFolder(contents)
    const home = path.join(folder.path, 'project/app')

    const { skills } = await findSkills({ files, cwd: home, userHome: home })

    expect(skills.map(({ scope }) => scope)).toEqual(['user'])
  })

  // Root may read everything.
  test.skipIf(userInfo().uid === 0 || process.platform === 'win32')(
    'says of a folder that it cannot be searched',
    async () => {
      const found = await find(
        { ...root, 'user/.agents/skills/a/SKILL.md': skillText('a') },
        ({ path: folder }) => chmod(path.join(folder, 'user/.agents/skills'), 0),
      )

      expect(found.warnings).toEqual([expect.stringContaining('user/.agents/skills cannot be searched')])
    },
  )
})

describe('the front matter', () => {
  /** The description that is read from these lines of front matter. */
  async function description(...lines: readonly string[]): Promise<string | readonly string[]> {
    const text = ['---', 'name: x', ...lines, '---', 'body'].join('\n')
    await using folder = await tempFolder({ 'cwd/.agents/skills/x/SKILL.md': text })
    const { skills, warnings } = await findSkills({ files, cwd: path.join(folder.path, 'cwd') })
    return skills[0]?.description ?? warnings.map((warning) => warning.replace(/^.*is no skill: /, ''))
  }

  test.each([
    [['description: plain text # with a comment'], 'plain text'],
    [['description: Use when: a colon stands there'], 'Use when: a colon stands there'],
    [['description: over', '  two lines'], 'over two lines'],
    [['description: "quoted: \\"x\\" \\u00e4 # no comment" # a comment'], 'quoted: "x" ä # no comment'],
    [["description: 'it''s'"], "it's"],
    [['description: >-', '  folded', '  text', '', '  again'], 'folded text again'],
    [['description: |', '  kept', '    as it is'], 'kept as it is'],
    [['# a comment', '', 'allowed-tools:', '- a', '- b', 'description: behind a list'], 'behind a list'],
    [
      ['metadata:', '  short-description: short', '  deep:', '    deeper: x', 'description: behind a map'],
      'behind a map',
    ],
    [['license: [a, {b: c}]', '"description": a quoted key'], 'a quoted key'],
    [[`description: ${'ä'.repeat(1_030)}`], 'ä'.repeat(1_024)],
    [['description: ""'], ['its front matter has no description.']],
    [['description: "no end'], ['line 3: the quoted text has no end.']],
    [['description: a', 'description: b'], ['line 4 gives description a second time.']],
    [['description'], ['line 3 is no "key: value".']],
    [['__proto__: x', 'description: still'], 'still'],
  ])('%j gives %j', async (lines, expected) => {
    expect(await description(...lines)).toEqual(expected)
  })

  test('is read at once, whatever stands in it', async () => {
    const spaces = ' '.repeat(200_000)

    expect(await description(`description: a${spaces}b${spaces}#${spaces}\u2028`, `x:${spaces}\u2028`)).toBe(
      'a b',
    )
    expect(mentionedSkills(`[](${spaces}${'[]('.repeat(50_000)}`, [skill('tea')], '/').skills).toEqual([])
  })

  test('may have Windows line ends and a byte order mark', async () => {
    expect(await description('description: first\r', 'license: x\r')).toBe('first')
  })
})

const skill = (name: string, description = 'Helps.', folder = `/s/${name}`): Skill => ({
  name,
  description,
  path: `${folder}/SKILL.md`,
  folder,
  scope: 'user',
})
const entriesIn = (text = '') =>
  text.split('\n').filter((line) => /^- \S+( |:)/.test(line) && line.includes('(file: '))

describe('the catalogue', () => {
  test('names each skill with its description and its file', () => {
    const catalogue = skillCatalogue([skill('tea', 'Makes <tea>.'), skill('cup')])

    expect(catalogue?.text).toMatch(/^<skills_instructions>\n[\s\S]*\n<\/skills_instructions>$/)
    expect(entriesIn(catalogue?.text)).toEqual([
      '- tea: Makes &lt;tea&gt;. (file: /s/tea/SKILL.md)',
      '- cup: Helps. (file: /s/cup/SKILL.md)',
    ])
    expect(catalogue).toMatchObject({ shortened: 0, omitted: [] })
    expect(skillCatalogue([])).toBe(null)
  })

  test('shortens the longest descriptions before it leaves a skill out', () => {
    const skills = [
      ...Array.from({ length: 20 }, (_, n) => skill(`long-${n}`, 'x'.repeat(1_000))),
      skill('brief'),
    ]

    const catalogue = skillCatalogue(skills)

    const entries = entriesIn(catalogue?.text)
    expect(entries).toHaveLength(21)
    expect(entries.join('\n').length).toBeLessThanOrEqual(8_000)
    expect(entries.join('\n').length).toBeGreaterThan(7_900)
    expect(entries.at(-1)).toBe('- brief: Helps. (file: /s/brief/SKILL.md)')
    expect(entries[0]).toMatch(/x… \(file/)
    expect(catalogue).toMatchObject({ shortened: 20, omitted: [] })
  })

  test('leaves out skills from the end where names alone are too many, and says how many', () => {
    const skills = Array.from({ length: 1_000 }, (_, n) => skill(`skill-${n}`))

    const catalogue = skillCatalogue(skills)

    const entries = entriesIn(catalogue?.text)
    expect(entries[0]).toBe('- skill-0 (file: /s/skill-0/SKILL.md)')
    expect(entries.join('\n').length).toBeLessThanOrEqual(8_000)
    expect(catalogue?.omitted).toHaveLength(1_000 - entries.length)
    expect(catalogue?.text).toContain(`(${1_000 - entries.length} more are not listed`)
  })

  test('takes 2 % of a window that is known, and never more than 10,000 tokens', () => {
    const skills = Array.from({ length: 100 }, (_, n) => skill(`skill-${n}`, 'ä'.repeat(1_000)))
    const tokensIn = (contextWindowTokens: number) =>
      Buffer.byteLength(entriesIn(skillCatalogue(skills, { contextWindowTokens })?.text).join('\n')) / 4

    expect(tokensIn(100_000)).toBeLessThanOrEqual(2_000)
    expect(tokensIn(100_000)).toBeGreaterThan(1_900)
    expect(tokensIn(10_000_000)).toBeLessThanOrEqual(10_000)
    expect(tokensIn(10_000_000)).toBeGreaterThan(9_900)
    expect(skillCatalogue(skills, { contextWindowTokens: 10 })?.omitted).toHaveLength(100)
  })
})

describe('a prompt', () => {
  const skills = [skill('tea'), skill('tea.green'), skill('cup'), skill('two words')]
  const named = (prompt: string) => mentionedSkills(prompt, skills, '/s').skills.map(({ name }) => name)

  test.each([
    ['Use $cup and $tea, then $cup.', ['cup', 'tea']],
    ['$tea.green: now', ['tea.green']],
    ['Is it $tea.', ['tea']],
    ['$teapot $TEA $unknown a$tea \\$tea $$tea', []],
    ['See [tea](/s/tea/SKILL.md) and [it](skill:///s/cup/SKILL.md)', ['tea', 'cup']],
    ['[relative](tea/SKILL.md), [spaced](<two words/SKILL.md>)', ['tea', 'two words']],
    ['[titled](tea/SKILL.md "Tea") [encoded](/s/two%20words) [broken](%E0%A4%A)', ['tea', 'two words']],
    ['[elsewhere](/x/tea/SKILL.md) https://tea/SKILL.md', []],
  ])('%j asks for %j', (prompt, expected) => {
    expect(named(prompt)).toEqual(expected)
  })

  test('brings along the text of each skill it names', async () => {
    await using folder = await tempFolder({ 'tea/SKILL.md': skillText('tea') })
    const tea = skill('tea', 'Helps.', path.join(folder.path, 'tea'))

    const { items, warnings } = await skillMessages({
      prompt: '$tea $cup',
      skills: [tea, skill('cup')],
      cwd: folder.path,
      files,
    })

    expect(items).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [
          {
            type: 'input_text',
            text: `<skill>\n<name>tea</name>\n<path>${tea.path}</path>\n${skillText('tea')}\n</skill>`,
          },
        ],
      },
    ])
    expect(warnings).toEqual(['The skill cup is asked for, and /s/cup/SKILL.md cannot be read.'])
  })

  test('brings neither of two skills of one name, unless a link says which', async () => {
    await using folder = await tempFolder({
      'own/SKILL.md': skillText('tea'),
      'theirs/SKILL.md': skillText('tea'),
    })
    const [own, theirs] = ['own', 'theirs'].map((name) =>
      skill('tea', 'Helps.', path.join(folder.path, name)),
    )
    const skills = [own, theirs].filter((each) => each !== undefined)
    const bring = (prompt: string) => skillMessages({ prompt, skills, cwd: folder.path, files })

    expect(await bring('$tea')).toEqual({
      items: [],
      warnings: [
        `Several skills are called tea: ${own?.path}, ${theirs?.path}. Link to the one that is meant: [tea](path).`,
      ],
    })
    expect(await bring('[$tea](own/SKILL.md)')).toMatchObject({ warnings: [], items: [{ role: 'user' }] })
  })

  test('shows a long skill up to the end of a line, and none can end its element', () => {
    const textOf = (text: string) => {
      const [part] = skillMessage(skill('tea'), text).content
      return part?.type === 'input_text' ? part.text : ''
    }

    expect(textOf('a</skill>b')).toContain('\na&lt;/skill&gt;b\n</skill>')
    expect(textOf(`${'x'.repeat(99)}\n`.repeat(400))).toMatch(
      /x\n\[Cut here.* 7300 bytes of \/s\/tea\/SKILL\.md/,
    )
  })
})

describe('a reference in a skill', () => {
  test.each([
    ['references/api.md#errors', '/s/tea/references/api.md'],
    ['./scripts/run.py', '/s/tea/scripts/run.py'],
    ['/s/tea/a.md', '/s/tea/a.md'],
    ['../cup/SKILL.md', null],
    ['/etc/passwd', null],
    ['https://example.com/a.md', null],
    ['#part', null],
    ['.', null],
  ])('%s leads to %s', (reference, expected) => {
    expect(skillReference(skill('tea'), reference)).toBe(expected)
  })

  test('is read in the skill’s folder, and by no link out of it', async () => {
    await using folder = await tempFolder({ 'tea/a.md': 'A', 'secret.md': 'key' })
    await symlink('../secret.md', path.join(folder.path, 'tea/b.md'))
    const tea = skill('tea', 'Helps.', path.join(folder.path, 'tea'))
    const read = (reference: string) => readSkillReference({ files, skill: tea, reference })

    expect(await read('a.md')).toEqual({ path: path.join(tea.folder, 'a.md'), text: 'A' })
    expect(await read('b.md')).toBe(null)
    expect(await read('gone.md')).toBe(null)
    expect(await read('../secret.md')).toBe(null)
  })
})
