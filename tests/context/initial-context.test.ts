/** What a model reads around the conversation. */

import { describe, expect, test } from 'vitest'
import {
  baseInstructions,
  defaultPinPosition,
  type EnvironmentValues,
  environmentContext,
  initialContext,
  pinnedPrompt,
} from '../../src/context/index.ts'
import type { MessageItem } from '../../src/protocol/response-item.ts'

const environment: EnvironmentValues = {
  cwd: '/project/app',
  shell: 'bash',
  currentDate: '2026-11-21',
  timezone: 'Europe/Berlin',
  workspaceRoots: ['/project/app', '/shared'],
  sandboxMode: 'workspace-write',
}

describe('the environment', () => {
  test('names folder, shell, day, zone, roots, and what may be written', () => {
    expect(environmentContext(environment)).toBe(
      `<environment_context>
  <cwd>/project/app</cwd>
  <shell>bash</shell>
  <current_date>2026-11-21</current_date>
  <timezone>Europe/Berlin</timezone>
  <filesystem>
    <workspace_roots>
      <root>/project/app</root>
      <root>/shared</root>
    </workspace_roots>
    <permission_profile type="managed" sandbox_mode="workspace-write">
      <entry access="write">/project/app</entry>
      <entry access="write">/shared</entry>
    </permission_profile>
  </filesystem>
</environment_context>`,
    )
  })

  test('names nothing to write in where nothing may be written, and no entry where all may', () => {
    const readOnly = environmentContext({ ...environment, sandboxMode: 'read-only' })
    const full = environmentContext({ ...environment, sandboxMode: 'danger-full-access' })

    expect(readOnly).toContain('sandbox_mode="read-only"')
    expect(readOnly).toContain('<entry access="read">/project/app</entry>')
    expect(readOnly).not.toContain('access="write"')
    expect(full).toContain('<permission_profile type="disabled" sandbox_mode="danger-full-access" />')
    expect(full).not.toContain('<entry')
  })

  test('cannot be left by a folder’s name', () => {
    expect(environmentContext({ ...environment, cwd: '/a</cwd>&b' })).toContain(
      '<cwd>/a&lt;/cwd&gt;&amp;b</cwd>',
    )
  })
})

describe('the opening', () => {
  test('is a developer message of all instructions, then one user message of AGENTS.md and environment', () => {
    const opening = initialContext({
      developerInstructions: ['From the host.', ' ', 'From a pack.'],
      agentsMd: 'Use pnpm.\n',
      environment,
    })

    expect(opening).toEqual([
      {
        type: 'message',
        role: 'developer',
        content: [
          { type: 'input_text', text: 'From the host.' },
          { type: 'input_text', text: 'From a pack.' },
        ],
      },
      {
        type: 'message',
        role: 'user',
        content: [
          {
            type: 'input_text',
            text: '# AGENTS.md instructions for /project/app\n\n<INSTRUCTIONS>\nUse pnpm.\n\n</INSTRUCTIONS>',
          },
          { type: 'input_text', text: environmentContext(environment) },
        ],
      },
    ])
  })

  test('is the environment alone where nobody gave instructions', () => {
    expect(initialContext({ environment, agentsMd: null })).toEqual([
      {
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: environmentContext(environment) }],
      },
    ])
  })
})

describe('the pin', () => {
  const prompt: MessageItem = {
    type: 'message',
    role: 'user',
    id: 'msg_1',
    turnId: 't1',
    content: [
      { type: 'input_image', image_url: 'data:,' },
      { type: 'input_text', text: 'Fix the test.' },
      { type: 'input_text', text: 'Use pnpm.' },
    ],
  }

  test('repeats the words of the prompt from the second step on', () => {
    expect(pinnedPrompt({ prompt, step: 1, position: 'tail' })).toBe(null)
    for (const step of [2, 3]) {
      expect(pinnedPrompt({ prompt, step, position: 'tail' })).toEqual({
        type: 'message',
        role: 'user',
        content: [
          {
            type: 'input_text',
            text: '<original-user-prompt>\nFix the test.\nUse pnpm.\n</original-user-prompt>',
          },
        ],
      })
    }
    expect(pinnedPrompt({ prompt, step: 2, position: 'head' })).not.toBe(null)
  })

  test('is nothing when it is off, or when the prompt has no words', () => {
    expect(pinnedPrompt({ prompt, step: 2, position: 'off' })).toBe(null)
    expect(pinnedPrompt({ prompt: { ...prompt, content: [] }, step: 2, position: 'tail' })).toBe(null)
  })

  test('stands at the tail by default where scripts run, and nowhere where calls are direct', () => {
    expect(defaultPinPosition('script')).toBe('tail')
    expect(defaultPinPosition('mixed')).toBe('tail')
    expect(defaultPinPosition('direct')).toBe('off')
  })
})

describe('the base instructions', () => {
  test('speak of scripts where there are scripts, and are short', () => {
    for (const mode of ['script', 'direct', 'mixed'] as const) {
      const text = baseInstructions(mode)

      expect(text.includes('script')).toBe(mode !== 'direct')
      expect(text.includes('directly')).toBe(mode === 'mixed')
      expect(Buffer.byteLength(text)).toBeLessThan(5_000)
      expect(baseInstructions(mode)).toBe(text)
    }
  })
})
