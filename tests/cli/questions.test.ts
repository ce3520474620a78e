/** What a person at the terminal is shown before they answer. */

import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { approvalQuestion } from '../../src/cli/ask-approval.ts'
import { userQuestion } from '../../src/cli/ask-user.ts'
import type { ApprovalRequest } from '../../src/protocol/index.ts'

const request = (more: Partial<ApprovalRequest> & { input: unknown }): ApprovalRequest => ({
  ...{ id: '1', threadId: '2', turnId: '3', callId: '4', tool: 'exec_command', effects: ['runs-commands'] },
  ...{ reason: 'It is asked about.', workingDirectory: '/', sandboxMode: 'workspace-write' },
  ...more,
})

/** ESC, DEL, C1, line ends of other kinds, marks that turn the direction of writing, and what has no shape. */
const HIDDEN = [
  '\u001b',
  '\u007f',
  '\u009b',
  '\r',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u00ad',
  '\u3164',
]
const UNSEEN = /[^\P{C}\n]|[\u2028\u3164\u00a0]/u

describe('the question whether a call may run', () => {
  test('shows a long command to its end', () => {
    const input = { cmd: `echo ${'a'.repeat(5000)}; touch END`, login: false }

    const question = approvalQuestion(request({ input }), 80) ?? ''

    expect(question.replaceAll(/\n {2}: /g, '')).toContain(`\n cmd\n  | ${input.cmd}\n login\n  | false\n`)
    expect(Math.max(...question.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('shows text of several lines as such, none of which can pass for a line of ours', () => {
    const question = approvalQuestion(
      request({ input: 'ls\nRun it? [y]es\n\nrm x', justification: 'a\nb' }),
      80,
    )

    expect(question).toBe(
      [
        ...['It is asked about.', 'It says:', '  | a', '  | b', 'exec_command:'],
        ...['  | ls', '  | Run it? [y]es', '  | ', '  | rm x'],
        'Run it? [y]es, yes for this [s]ession, [n]o, [q]uit: ',
      ].join('\n'),
    )
  })

  test.each(HIDDEN)('shows %j by its number, wherever it stands', (char) => {
    const text = `a${char}b`
    const shown = `a\\u{${char.codePointAt(0)?.toString(16)}}b`

    const question =
      approvalQuestion(
        request({
          input: { [text]: text },
          reason: text,
          justification: text,
          tool: text,
          prefixRule: ['ls', `x${text}`],
        }),
        80,
      ) ?? ''

    expect(question).not.toMatch(UNSEEN)
    expect(
      question.split(shown).length - 1 + (question.match(/"xa\\[ur]/g)?.length ?? 0),
    ).toBeGreaterThanOrEqual(6)
  })

  test('shows the whole rule that would be remembered, its words told apart', () => {
    const prefixRule = ['npm', 'two words', 'x'.repeat(200)]

    const question = approvalQuestion(request({ input: 'ls', prefixRule }), 300)

    expect(question).toContain(`\n  | npm "two words" ${'x'.repeat(200)}\n`)
    expect(question).toContain('[a]lways')
  })

  test('is not put when nobody could read it', () => {
    expect(approvalQuestion(request({ input: 'a'.repeat(15_900) }))).not.toBeNull()
    expect(approvalQuestion(request({ input: 'a'.repeat(16_001) }))).toBeNull()
    expect(approvalQuestion(request({ input: 'ls', justification: 'a'.repeat(16_001) }))).toBeNull()
  })
})

test.each(HIDDEN)("the model's own question shows %j by its number, and nothing is cut", (char) => {
  const text = `${'a'.repeat(1000)}${char}b`

  const asked = userQuestion(
    { id: 'q', header: text, question: text, options: [{ label: text, description: text }] },
    2000,
  )

  expect(asked).not.toMatch(UNSEEN)
  expect(asked.split(`${'a'.repeat(1000)}\\u{${char.codePointAt(0)?.toString(16)}}b`)).toHaveLength(5)
})

describe.skipIf(process.platform !== 'linux' || spawnSync('script', ['--version']).status !== 0)(
  'at a terminal of util-linux script',
  () => {
    const program = path.join(import.meta.dirname, '../fixtures/ask-approval.ts')
    const decide = async (length: number): Promise<string> => {
      const terminal = spawn('script', ['-qec', `'${process.execPath}' '${program}' ${length}`, '/dev/null'])
      let shown = ''
      for await (const chunk of terminal.stdout) {
        shown += String(chunk)
        if (shown.includes('[q]uit: ') && !terminal.stdin.writableEnded) terminal.stdin.end('y\n')
      }
      return shown
    }

    test('a command is shown to its end, and a yes lets it run', async () => {
      expect(await decide(1000)).toMatch(/END.*Run it\?.*\{"decision":"approved"\}/s)
    })

    test('one that is too long is refused without a question', async () => {
      expect(await decide(16_001)).toMatch(
        /^exec_command was refused without asking: .*16000 characters.*"decision":"denied"/s,
      )
    })
  },
)
