/** request_user_input: questions that only the user can answer. */

import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'

const QUESTIONS_MAX = 3

const Question = z.object({
  id: z.string().min(1).describe('Names the answer; snake case'),
  header: z.string().describe('A few words, as a heading'),
  question: z.string().min(1).describe('One sentence'),
  options: z
    .array(z.object({ label: z.string().min(1), description: z.string() }))
    .min(1)
    .describe('Answers to choose from, best first; the user may always answer otherwise'),
})

export const requestUserInput = defineTool({
  name: 'request_user_input',
  description:
    'Ask the user, and wait for the answer. For decisions that are theirs and cannot be found out; ' +
    `one to ${QUESTIONS_MAX} questions at a time.`,
  input: z.object({
    questions: z
      .array(Question)
      .min(1)
      .max(QUESTIONS_MAX)
      .refine((questions) => new Set(questions.map(({ id }) => id)).size === questions.length, {
        message: 'each question needs an id of its own',
      }),
  }),
  output: z.object({
    answers: z.record(z.string(), z.object({ answers: z.array(z.string()) })),
  }),
  effects: ['external'],
  // The policy asks whether something may be done; this only asks.
  assess: () => ({ verdict: 'allow' }),
  parallel: true,
  callable: 'direct',
  requires: 'user-input',

  async run({ questions }, { requestUserInput: ask, signal }) {
    const given = await ask(questions, { signal })
    const answers: Record<string, { answers: string[] }> = {}
    for (const { id } of questions) answers[id] = { answers: [...(given[id] ?? [])] }
    return { answers }
  },
})
