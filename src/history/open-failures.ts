/** Calls that failed and were not made good since: what a summary must not lose. */

import {
  type CallItem,
  type CallOutputItem,
  isCall,
  isCallOutput,
  type MessageItem,
  type ResponseItem,
} from '../protocol/response-item.ts'

export const OPEN_FAILURES_TAG = '<open-failures>'
const END_TAG = '</open-failures>'
/** Of one failure; its beginning says what went wrong, its end where. */
const FAILURE_CHARS_MAX = 2_000
const FAILURES_MAX = 20

/** Fields that say what a call is about, the first that is there. */
const TARGET_FIELDS = ['path', 'file_path', 'dir_path', 'cmd', 'command', 'url', 'query', 'id', 'name']

export interface OpenFailure {
  /** The tool, with what it was to work on: a later success of the same target closes it. */
  readonly target: string
  /** What the model read of it, as it stood. */
  readonly text: string
}

/**
 * The failures that still stand at the end of `items`, oldest first; those an earlier compaction kept included.
 *
 * A call failed when its output says so, or when the command in it ended with another code than 0.
 */
export function openFailures(items: readonly ResponseItem[]): OpenFailure[] {
  const calls = new Map<string, CallItem>()
  const open = new Map<string, OpenFailure>()
  for (const item of items) {
    if (item.type === 'message') {
      for (const failure of keptFailures(item)) open.set(failure.target, failure)
    } else if (isCall(item)) {
      calls.set(item.call_id, item)
    } else if (isCallOutput(item)) {
      const call = calls.get(item.call_id)
      if (call === undefined) continue
      const target = targetOf(call)
      const text = textOf(item)
      // The newest failure of a target stands last.
      open.delete(target)
      if (hasFailed(item, text)) open.set(target, { target, text: cut(text) })
    }
  }
  return [...open.values()].slice(-FAILURES_MAX)
}

/** The message that carries failures over a compaction; null for none. */
export function failuresMessage(failures: readonly OpenFailure[]): MessageItem | null {
  if (failures.length === 0) return null
  const parts = failures.map(({ target, text }) => `${JSON.stringify({ target })}\n${text}`)
  return {
    type: 'message',
    role: 'user',
    content: [OPEN_FAILURES_TAG, ...parts, END_TAG].map((text) => ({ type: 'input_text', text })),
  }
}

/** What such a message carries. */
function keptFailures({ role, content }: MessageItem): OpenFailure[] {
  const [first, ...rest] = content.map((part) => (part.type === 'input_text' ? part.text : ''))
  if (role !== 'user' || first !== OPEN_FAILURES_TAG || rest.pop() !== END_TAG) return []
  return rest.flatMap((part) => {
    const end = part.indexOf('\n')
    const target = targetIn(part.slice(0, end))
    return target === null ? [] : [{ target, text: part.slice(end + 1) }]
  })
}

function targetIn(line: string): string | null {
  try {
    const { target }: { target?: unknown } = JSON.parse(line)
    return typeof target === 'string' ? target : null
  } catch {
    return null
  }
}

function targetOf(call: CallItem): string {
  const name = call.type === 'function_call' ? `${call.namespace ?? ''}${call.name}` : call.name
  const subject = call.type === 'function_call' ? subjectOf(call.arguments) : filesIn(call.input)
  return subject === '' ? name : `${name} ${subject}`
}

function subjectOf(text: string): string {
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch {
    return ''
  }
  if (typeof fields !== 'object' || fields === null) return ''
  for (const name of TARGET_FIELDS) {
    const value = (fields as Record<string, unknown>)[name]
    if (value !== undefined) return typeof value === 'string' ? value : JSON.stringify(value)
  }
  const { input } = fields as { input?: unknown }
  return typeof input === 'string' ? filesIn(input) : ''
}

/** The files that a patch names; nothing for other free text, such as a script: any later one that ends well makes up for it. */
function filesIn(text: string): string {
  const names = text.matchAll(/^\*\*\* (?:Add|Delete|Update) File: (.*)$/gm)
  return [...names].map(([, name = '']) => name.trim()).join(' ')
}

function textOf({ output }: CallOutputItem): string {
  if (typeof output === 'string') return output
  return output.map((part) => (part.type === 'input_text' ? part.text : '[image]')).join('\n')
}

function hasFailed({ success }: CallOutputItem, text: string): boolean {
  if (success === false) return true
  const code = /^(?:Process exited with code|Exit code:) (-?\d+)$/m.exec(text.slice(0, 500))?.[1]
  return (code !== undefined && code !== '0') || text.startsWith('Script failed')
}

function cut(text: string): string {
  if (text.length <= FAILURE_CHARS_MAX) return text
  const half = FAILURE_CHARS_MAX / 2
  return `${text.slice(0, half)}…${text.length - FAILURE_CHARS_MAX} chars truncated…${text.slice(-half)}`
}
