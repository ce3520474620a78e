/** Puts the model's questions to the person at the terminal. */

import type { UserAnswers, UserInputRequest, UserQuestion } from '../index.ts'
import { askLine } from './ask-line.ts'
import { block, visible } from './terminal.ts'

export async function askUser(
  { questions }: UserInputRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<UserAnswers> {
  const answers: Record<string, string[]> = {}
  for (const question of questions) answers[question.id] = [await askOne(question, signal)]
  return answers
}

/** The number of an option stands for it; anything else is the user's own answer. */
async function askOne(question: UserQuestion, signal: AbortSignal): Promise<string> {
  const answer = await askLine(userQuestion(question), signal)
  return question.options[Number(answer) - 1]?.label ?? answer
}

/** The question with its whole texts, in which nothing moves the cursor. */
export function userQuestion({ header, question, options }: UserQuestion, columns?: number): string {
  const choices = options.flatMap(({ label, description }, index) => [
    `${index + 1} ${visible(label)}`,
    block(description, columns),
  ])
  return [visible(header), block(question, columns), ...choices, 'A number, or your own answer: '].join('\n')
}
