/** What can be meant by the options of `codex.chat()`. */

import { OptionError } from '../../protocol/errors.ts'
import type { ChatOptions } from '../../tools/chat.ts'
import { checkInput } from './check-input.ts'
import { EFFORT, SCHEMA } from './check-options.ts'
import { type Check, checkRecord, count, nonEmpty, number, oneOf, signal, string } from './option-checks.ts'

const anything: Check = () => null

const CHAT: Record<keyof ChatOptions, Check> = {
  model: nonEmpty,
  prompt: anything,
  messages: (value) =>
    Array.isArray(value) && value.length > 0 ? null : 'must be an array of at least one message',
  instructions: string,
  schema: SCHEMA,
  signal,
  modelReasoningEffort: EFFORT,
  temperature: number,
  maxOutputTokens: count,
}

const MESSAGE: Readonly<Record<string, Check>> = { role: oneOf('user', 'assistant'), content: anything }

/** @throws {OptionError} The first option that cannot be meant. */
export function checkChatOptions(options: unknown): asserts options is ChatOptions {
  checkRecord('', options, CHAT)
  const { prompt, messages } = options as ChatOptions
  if ((prompt === undefined) === (messages === undefined))
    throw new OptionError('prompt', 'give either prompt or messages, and not both.')
  if (prompt !== undefined) checkInput('prompt', prompt)
  for (const [index, message] of (messages ?? []).entries()) checkMessage(`messages.${index}`, message)
  if (messages !== undefined && messages.at(-1)?.role !== 'user')
    throw new OptionError(
      `messages.${messages.length - 1}.role`,
      'must be user: the model answers the last message.',
    )
}

function checkMessage(where: string, message: unknown): void {
  checkRecord(where, message, MESSAGE)
  const { role, content } = message as { role?: unknown; content?: unknown }
  if (role === undefined) throw new OptionError(`${where}.role`, 'is missing; it is user or assistant.')
  if (role === 'user') checkInput(`${where}.content`, content)
  else if (typeof content !== 'string' || content === '')
    throw new OptionError(`${where}.content`, 'must be a non-empty string: an assistant says text alone.')
}
