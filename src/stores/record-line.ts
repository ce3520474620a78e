/** A thread's record as one line of JSON, and back. */

import type { ThreadRecord } from '../protocol/thread-record.ts'
import { ThreadDamagedError } from './errors.ts'

/** Why a line is no record, in words that fit after "line 7: ". */
export interface BadLine {
  readonly problem: string
}

/** @returns The line without its newline: `{"t":"2026-11-21T09:30:00.000Z","type":…}`. */
export function encodeRecord(record: ThreadRecord, now: number): string {
  // The time goes before the record's own fields; a copy of the record with it would cost more than the text.
  return `{"t":"${new Date(now).toISOString()}",${JSON.stringify(record).slice(1)}`
}

/**
 * Read a line that looks as we write them.
 *
 * The writer was we, so a look at the fields that others rely on is enough.
 *
 * @returns Null where that look finds a fault: `decodeDoubtfulRecord` then knows better.
 */
export function decodeRecord(line: string): ThreadRecord | null {
  const parsed = parseObject(line)
  if (parsed === null) return null
  const { t: _time, ...record } = parsed
  return isSoundRecord(record) ? record : null
}

/** Read a line by the whole schema, which says what is wrong, or finds that nothing is. */
export async function decodeDoubtfulRecord(line: string): Promise<ThreadRecord | BadLine> {
  const parsed = parseObject(line)
  if (parsed === null) return { problem: 'it is not a JSON object' }

  const { t: _time, ...record } = parsed
  const { ThreadRecord: schema } = await import('../protocol/thread-record.ts')
  const result = schema.safeParse(record)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const where = issue === undefined || issue.path.length === 0 ? 'the record' : issue.path.join('.')
  return { problem: `${where}: ${issue?.message ?? 'not a record'}` }
}

export function isBadLine(decoded: ThreadRecord | BadLine): decoded is BadLine {
  return 'problem' in decoded
}

/**
 * All records of a store that keeps whole lines, oldest first.
 *
 * @param place What stands for a file in messages.
 * @throws {ThreadDamagedError} A line is no record, or the first is not the thread's description.
 */
export async function decodeLines(
  lines: readonly string[],
  threadId: string,
  place: string,
): Promise<ThreadRecord[]> {
  const records: ThreadRecord[] = []
  for (const [index, line] of lines.entries()) {
    const decoded = decodeRecord(line) ?? (await decodeDoubtfulRecord(line))
    if (isBadLine(decoded)) {
      throw new ThreadDamagedError({ threadId, file: place, line: index + 1, problem: decoded.problem })
    }
    records.push(decoded)
  }
  if (records[0]?.type === 'thread_meta') return records
  const problem = 'the description of the thread is missing'
  throw new ThreadDamagedError({ threadId, file: place, line: 1, problem })
}

type Fields = { readonly [key: string]: unknown }

function parseObject(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line)
    return isFields(value) ? value : null
  } catch {
    return null
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSoundRecord(record: Fields): record is Fields & ThreadRecord {
  switch (record.type) {
    case 'thread_meta':
      return isFields(record.meta) && isSoundMeta(record.meta)
    case 'turn_started':
      return hasTexts(record, 'turnId') && isFields(record.options)
    case 'turn_ended':
      return hasTexts(record, 'turnId', 'status') && isFields(record.usage)
    case 'response_item':
      return isSoundItem(record.item)
    case 'compacted':
      return Array.isArray(record.items) && record.items.every(isSoundItem)
    case 'script_call_started':
      return hasTexts(record, 'turnId', 'scriptCallId', 'callId', 'path')
    case 'script_call_ended':
      return hasTexts(record, 'scriptCallId', 'callId', 'status')
    default:
      // Rare records, or unknown ones: the schema looks at them.
      return false
  }
}

function isSoundMeta(meta: Fields): boolean {
  return hasTexts(meta, 'id', 'workingDirectory') && typeof meta.createdAt === 'number'
}

function isSoundItem(item: unknown): boolean {
  if (!isFields(item)) return false
  switch (item.type) {
    case 'message':
      return typeof item.role === 'string' && Array.isArray(item.content) && item.content.every(isFields)
    case 'reasoning':
      return Array.isArray(item.summary)
    case 'function_call':
      return hasTexts(item, 'call_id', 'name', 'arguments')
    case 'custom_tool_call':
      return hasTexts(item, 'call_id', 'name', 'input')
    case 'function_call_output':
    case 'custom_tool_call_output':
      return hasTexts(item, 'call_id') && (typeof item.output === 'string' || Array.isArray(item.output))
    default:
      return false
  }
}

function hasTexts(fields: Fields, ...names: readonly string[]): boolean {
  return names.every((name) => typeof fields[name] === 'string')
}
