/** Checks of options, by hand: a schema library would cost the front door more than all else together. */

import { OptionError } from '../../protocol/errors.ts'

/** What is wrong with the value; null when nothing is. */
export type Check = (value: unknown) => string | null

export const string: Check = (value) => (typeof value === 'string' ? null : 'must be a string')
export const nonEmpty: Check = (value) =>
  typeof value === 'string' && value !== '' ? null : 'must be a non-empty string'
export const boolean: Check = (value) => (typeof value === 'boolean' ? null : 'must be true or false')
export const count: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1
    ? null
    : 'must be a whole number from 1 up'
export const countOrZero: Check = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0
    ? null
    : 'must be a whole number from 0 up'
/** What a timer takes: one that is set for longer fires at once. */
export const milliseconds: Check = (value) =>
  count(value) === null && (value as number) < 2 ** 31
    ? null
    : `must be a whole number of milliseconds from 1 to ${2 ** 31 - 1}`
export const number: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? null : 'must be a number'
/** Of money. */
export const amount: Check = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? null : 'must be a number above 0'
/** The name of somebody who speaks in a thread. */
export const voice: Check = (value) =>
  typeof value === 'string' && /^[^\p{Cc}]{1,64}$/u.test(value) && value.trim() !== ''
    ? null
    : 'must be a name of 1 to 64 characters, in one line'
export const callback: Check = (value) => (typeof value === 'function' ? null : 'must be a function')
export const record: Check = (value) => (isRecord(value) ? null : 'must be an object')
export const strings: Check = (value) =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? null
    : 'must be an array of strings'
export const slugs: Check = (value) =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== '')
    ? null
    : 'must be an array of slugs'
export const oneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string)
      ? null
      : `must be one of ${words.join(', ')}${typeof value === 'string' ? `, not ${JSON.stringify(value)}` : ''}`
export const methods =
  (...names: readonly string[]): Check =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
      ? null
      : `must have the methods ${names.join(', ')}`
export const signal: Check = (value) => (value instanceof AbortSignal ? null : 'must be an AbortSignal')
export const packList: Check = (value) =>
  Array.isArray(value) &&
  value.every((pack) => typeof pack === 'string' || (isRecord(pack) && Array.isArray(pack.tools)))
    ? null
    : 'must be an array of packs, each { slug, tools }, or slugs'
export const webAddress: Check = (value) => {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol) ? null : 'must be an http or https address'
}
export const stringRecord: Check = (value) =>
  isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string')
    ? null
    : 'must be an object of strings'

/**
 * Check an object of options, name by name.
 *
 * @param where Its own path, such as `limits`; empty for the options themselves.
 * @throws {OptionError} It is no object, has a name that is no option, or a value that cannot be meant.
 */
export function checkRecord(where: string, options: unknown, checks: Readonly<Record<string, Check>>): void {
  if (!isRecord(options)) throw new OptionError(where || 'options', 'must be an object.')
  const prefix = where === '' ? '' : `${where}.`
  for (const [name, value] of Object.entries(options)) {
    const checkOne = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (checkOne === undefined) {
      throw new OptionError(`${prefix}${name}`, `is no option; there are ${Object.keys(checks).join(', ')}.`)
    }
    if (value === undefined) continue
    const problem = checkOne(value)
    if (problem !== null) throw new OptionError(`${prefix}${name}`, `${problem}; it is ${describe(value)}.`)
  }
}

/** The value's type, and the value itself where it cannot be a secret. */
function describe(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value)
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
