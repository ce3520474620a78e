/** What can be meant by what a host says to a model. */

import { OptionError } from '../../protocol/errors.ts'
import type { Input } from '../../protocol/user-input.ts'
import { isRecord } from './option-checks.ts'

/**
 * @param option Its name, such as `input`.
 * @throws {OptionError} It is empty, or neither text nor an array of texts and images.
 */
export function checkInput(option: string, input: unknown): Input {
  if (input === '' || (Array.isArray(input) && input.length === 0))
    throw new OptionError(option, 'must not be empty.')
  if (typeof input === 'string') return input
  if (Array.isArray(input) && input.every(isPart)) return input as Input
  throw new OptionError(
    option,
    "must be a string, or an array of { type: 'text', text } and { type: 'local_image', path }.",
  )
}

function isPart(part: unknown): boolean {
  if (!isRecord(part)) return false
  if (part.type === 'text') return typeof part.text === 'string'
  return part.type === 'local_image' && typeof part.path === 'string'
}
