/** Puts the model's questions to the person at the terminal. */

import type { UserAnswers, UserInputRequest, UserQuestion } from '../index.ts'
import { askLine } from './ask-line.ts'
import { oneLine } from './terminal.ts'

const COLUMNS = 400

export async function askUser(
  { questions }: UserInputRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<UserAnswers> {
  const answers: Record<string, string[]> = {}
  for (const question of questions) answers[question.id] = [await askOne(question, signal)]
  return answers
}

/** The number of an option stands for it; anything else is the user's own answer. */
async function askOne({ header, question, options }: UserQuestion, signal: AbortSignal): Promise<string> {
  const choices = options.map(
    ({ label, description }, index) =>
      `  ${index + 1} ${oneLine(label, COLUMNS)}: ${oneLine(description, COLUMNS)}`,
  )
  const lines = [`${oneLine(header, COLUMNS)}: ${oneLine(question, COLUMNS)}`, ...choices]
  const answer = await askLine(`${lines.join('\n')}\nA number, or your own answer: `, signal)
  return options[Number(answer) - 1]?.label ?? answer
}
