/** What a model is told when something around the conversation has changed. */

import { describe, expect, test } from 'vitest'
import {
  type ContextBaseline,
  contextUpdate,
  type EnvironmentValues,
  environmentDiff,
  type InitialContextValues,
  initialContext,
  readContextBaseline,
  skillCatalogue,
} from '../../src/context/index.ts'
import type { MessageItem } from '../../src/protocol/response-item.ts'

const environment: EnvironmentValues = {
  cwd: '/project',
  shell: 'bash',
  currentDate: '2026-11-21',
  timezone: 'Europe/Berlin',
  workspaceRoots: ['/project'],
  sandboxMode: 'read-only',
}
const skills = (name: string) =>
  skillCatalogue([{ name, description: 'Helps.', path: '/s/SKILL.md', folder: '/s', scope: 'user' }])?.text ??
  null
const values: InitialContextValues = {
  developerInstructions: ['From the host.'],
  skills: skills('tea'),
  agentsMd: 'Use pnpm.',
  environment,
}

/** What a model is told that was told `values` before: role and text of each part. */
function told(change: Partial<InitialContextValues>, before: InitialContextValues = values): string[][] {
  const { baseline } = contextUpdate(null, before)
  return partsOf(contextUpdate(baseline, { ...before, ...change }).items)
}

const partsOf = (items: readonly MessageItem[]) =>
  items.flatMap(({ role, content }) =>
    content.map((part) => [role, part.type === 'input_text' ? part.text : '']),
  )

describe('the environment', () => {
  test('is told again section by section, each whole', () => {
    const now: EnvironmentValues = {
      ...environment,
      currentDate: '2026-11-22',
      sandboxMode: 'workspace-write',
    }

    expect(environmentDiff(environment, environment)).toBe(null)
    expect(environmentDiff(environment, now)).toBe(`<environment_context>
  <current_date>2026-11-22</current_date>
  <filesystem>
    <workspace_roots>
      <root>/project</root>
    </workspace_roots>
    <permission_profile type="managed" sandbox_mode="workspace-write">
      <entry access="write">/project</entry>
    </permission_profile>
  </filesystem>
</environment_context>`)
  })

  test.each([
    [{ cwd: '/other' }, '<cwd>/other</cwd>'],
    [{ shell: 'zsh' }, '<shell>zsh</shell>'],
    [{ timezone: 'UTC' }, '<timezone>UTC</timezone>'],
  ])('names only what changed: %j', (change, line) => {
    expect(environmentDiff(environment, { ...environment, ...change })).toBe(
      `<environment_context>\n  ${line}\n</environment_context>`,
    )
  })
})

describe('an update', () => {
  test('tells everything to a model that was told nothing', () => {
    expect(contextUpdate(null, values).items).toEqual(initialContext(values))
    expect(partsOf(contextUpdate(null, values).items).map(([role]) => role)).toEqual([
      'developer',
      'developer',
      'user',
      'user',
    ])
  })

  test('tells nothing where nothing changed, and gives the same baseline back', () => {
    const { baseline } = contextUpdate(null, values)
    const stored: unknown = JSON.parse(JSON.stringify(baseline))
    const read = readContextBaseline(stored)

    expect(read).toEqual(baseline)
    const update = contextUpdate(read, { ...values, developerInstructions: ['From the host.', ' '] })
    expect(update.items).toEqual([])
    expect(update.baseline).toBe(read)
  })

  test('tells a change once', () => {
    const now = { ...values, agentsMd: 'Use npm.' }
    const first = contextUpdate(contextUpdate(null, values).baseline, now)

    expect(first.items).toHaveLength(1)
    expect(contextUpdate(first.baseline, now).items).toEqual([])
    expect(JSON.stringify(contextUpdate(contextUpdate(null, values).baseline, now))).toBe(
      JSON.stringify(first),
    )
  })

  test('says that AGENTS.md instructions are new, stand in place of others, or are gone', () => {
    expect(told({}, { ...values, agentsMd: null })).toEqual([])
    expect(told({ agentsMd: 'Use npm.' }, { ...values, agentsMd: null })).toEqual([
      ['user', '# AGENTS.md instructions for /project\n\n<INSTRUCTIONS>\nUse npm.\n</INSTRUCTIONS>'],
    ])
    expect(told({ agentsMd: 'Use npm.' })).toEqual([
      [
        'user',
        expect.stringMatching(/^# AGENTS\.md .*\n\n<INSTRUCTIONS>\n.*in place of.*\n\nUse npm\.\n<\/INS/),
      ],
    ])
    expect(told({ agentsMd: null })).toEqual([
      [
        'user',
        expect.stringMatching(
          /^# AGENTS\.md .*\n\n<INSTRUCTIONS>\nNo .* holds any longer\.\n<\/INSTRUCTIONS>$/,
        ),
      ],
    ])
  })

  test('says the same of the list of skills and of the developer’s instructions', () => {
    expect(told({ skills: null })).toEqual([
      ['developer', expect.stringMatching(/^<skills_instructions>\n.*any more.*\n<\/skills_instructions>$/)],
    ])
    expect(told({ skills: skills('cake') })).toEqual([
      ['developer', expect.stringMatching(/^<skills_instructions>\n.*in place of[\s\S]*- cake: Helps\./)],
    ])
    expect(told({ skills: skills('cake') }, { ...values, skills: null })).toEqual([
      ['developer', skills('cake')],
    ])
    expect(told({ developerInstructions: ['Be brief.'] })).toEqual([
      ['developer', expect.stringContaining('in place of')],
      ['developer', 'Be brief.'],
    ])
    expect(told({ developerInstructions: [] })).toEqual([['developer', expect.stringContaining('no longer')]])
    expect(told({ developerInstructions: ['Be brief.'] }, { ...values, developerInstructions: [] })).toEqual([
      ['developer', 'Be brief.'],
    ])
  })

  test('comes in Codex’s order: AGENTS.md, the developer, the environment; the user’s parts together where they can be', () => {
    const { baseline } = contextUpdate(null, values)
    const change = { ...values, agentsMd: null, environment: { ...environment, cwd: '/other' } }
    const shapeOf = (items: readonly MessageItem[]) =>
      items.map(({ role, content }) => [role, content.length])

    expect(shapeOf(contextUpdate(baseline, { ...change, skills: null }).items)).toEqual([
      ['user', 1],
      ['developer', 1],
      ['user', 1],
    ])
    expect(shapeOf(contextUpdate(baseline, change).items)).toEqual([['user', 2]])
  })
})

describe('a baseline', () => {
  test('holds no text of what it stands for', () => {
    const kept = JSON.stringify(contextUpdate(null, { ...values, agentsMd: 'x'.repeat(30_000) }).baseline)

    expect(kept.length).toBeLessThan(1_000)
  })

  test.each([
    null,
    'text',
    [],
    {},
    { environment: {} },
    { ...contextUpdate(null, values).baseline, skills: 3 },
    { ...contextUpdate(null, values).baseline, environment: { ...environment, sandboxMode: 'open' } },
    { ...contextUpdate(null, values).baseline, environment: { ...environment, workspaceRoots: [1] } },
  ])('is none when it is %j, and then all is told again', (value) => {
    const baseline: ContextBaseline | null = readContextBaseline(value)

    expect(baseline).toBe(null)
    expect(contextUpdate(baseline, values).items).toEqual(initialContext(values))
  })
})
