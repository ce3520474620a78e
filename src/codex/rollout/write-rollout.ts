/** The lines of a rollout file from the records of a thread. */

import { isUserPrompt } from '../../history/index.ts'
import type { JsonRecord } from '../../model/json-record.ts'
import type { ResponseItem } from '../../protocol/response-item.ts'
import type { ThreadMeta, ThreadRecord } from '../../protocol/thread-record.ts'
import type { Usage } from '../../protocol/usage.ts'
import { addUsage, NO_USAGE } from '../turn/usage.ts'
import { oursOf, toCodexItem } from './codex-item.ts'
import { OURS, type RolloutLine } from './rollout-line.ts'

/** The release of Codex whose format this is. */
const CODEX_RELEASE = '0.169.0'
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

type Line = Omit<RolloutLine, 'timestamp'>

/** Whether Codex takes it for the id of a thread. */
export function isCodexId(id: string): boolean {
  return UUID.test(id)
}

/**
 * Where Codex looks for the thread, below its home.
 *
 * @returns The folders and the file.
 */
export function rolloutPath({ id, createdAt }: ThreadMeta): string[] {
  const [date = '', time = ''] = new Date(createdAt).toISOString().split('T')
  const stamp = `${date}T${time.slice(0, 8).replaceAll(':', '-')}`
  return ['sessions', ...date.split('-'), `rollout-${stamp}-${id}.jsonl`]
}

/**
 * All of a thread, for Codex and for ourselves: what Codex has no word for stands in lines that it passes over.
 *
 * @param now Milliseconds since 1970; the time of all lines but the first.
 * @param redact Takes secrets out of a line.
 */
export function writeRollout(
  meta: ThreadMeta,
  records: readonly ThreadRecord[],
  now: number,
  redact: (line: JsonRecord) => JsonRecord,
): string {
  const turns = new TurnLines()
  const lines = records.flatMap((record) => linesOf(record, turns))
  const [first, ...rest] = [metaLine(meta), ...lines].map(({ type, payload, ...more }, index) => {
    const timestamp = new Date(index === 0 ? meta.createdAt : now).toISOString()
    return JSON.stringify(redact({ timestamp, type, payload, ...more }))
  })
  return `${[first, ...rest].join('\n')}\n`
}

/** What the ends of turns tell, gathered on the way to them. */
class TurnLines {
  #usage: Usage = NO_USAGE
  #lastMessage: string | null = null

  say(text: string): void {
    this.#lastMessage = text
  }

  start(turnId: string): Line {
    this.#lastMessage = null
    return event({ type: 'task_started', turn_id: turnId, model_context_window: null })
  }

  end({ turnId, status, usage }: Extract<ThreadRecord, { type: 'turn_ended' }>): [Line, Line] {
    this.#usage = addUsage(this.#usage, usage)
    const info = {
      total_token_usage: withTotal(this.#usage),
      last_token_usage: withTotal(usage),
      model_context_window: null,
    }
    const end =
      status === 'aborted'
        ? { type: 'turn_aborted', turn_id: turnId, reason: 'interrupted' }
        : { type: 'task_complete', turn_id: turnId, last_agent_message: this.#lastMessage }
    return [event({ type: 'token_count', info, rate_limits: null }), event(end)]
  }
}

function metaLine(meta: ThreadMeta): Line {
  const { id, createdAt, workingDirectory, forkedFrom, git } = meta
  return {
    type: 'session_meta',
    payload: {
      id,
      ...(forkedFrom !== undefined && isCodexId(forkedFrom) && { forked_from_id: forkedFrom }),
      timestamp: new Date(createdAt).toISOString(),
      cwd: workingDirectory,
      originator: 'codex-ts',
      cli_version: CODEX_RELEASE,
      source: 'exec',
      ...(git !== undefined && {
        git: { commit_hash: git.commit, branch: git.branch, repository_url: git.repositoryUrl },
      }),
    },
    [OURS]: { ...meta },
  }
}

function linesOf(record: ThreadRecord, turns: TurnLines): Line[] {
  switch (record.type) {
    case 'thread_meta':
      return []
    case 'response_item':
      return itemLines(record.item, turns)
    case 'compacted':
      return [compactedLine(record.items)]
    case 'turn_started':
      return [ours(record), turns.start(record.turnId)]
    case 'turn_ended': {
      const [count, end] = turns.end(record)
      return [count, ours(record), end]
    }
    default:
      return [ours(record)]
  }
}

function itemLines(item: ResponseItem, turns: TurnLines): Line[] {
  const payload = toCodexItem(item)
  if (payload === null) return [ours({ type: 'response_item', item })]
  const rest = oursOf(item)
  const line: Line = { type: 'response_item', payload, ...(rest === undefined ? {} : { [OURS]: rest }) }
  return [line, ...spokenLines(item, turns)]
}

/** What Codex's own lists and windows show of a thread. */
function spokenLines(item: ResponseItem, turns: TurnLines): Line[] {
  if (item.type !== 'message') return []
  const message = item.content.flatMap((part) => ('text' in part ? [part.text] : [])).join('\n')
  if (item.role === 'assistant') {
    turns.say(message)
    return [event({ type: 'agent_message', message })]
  }
  return isUserPrompt(item) ? [event({ type: 'user_message', message })] : []
}

function compactedLine(items: readonly ResponseItem[]): Line {
  const readable = items.flatMap((item) => toCodexItem(item) ?? [])
  const isWhole = readable.length === items.length && items.every((item) => oursOf(item) === undefined)
  const last = items.at(-1)
  const message =
    last?.type === 'message' ? last.content.flatMap((part) => ('text' in part ? [part.text] : [])) : []
  return {
    type: 'compacted',
    payload: { message: message.join('\n'), replacement_history: readable },
    ...(isWhole ? {} : { [OURS]: { items } }),
  }
}

const ours = (record: ThreadRecord): Line => ({ type: OURS, payload: record })
const event = (payload: JsonRecord): Line => ({ type: 'event_msg', payload })

function withTotal(usage: Usage): JsonRecord {
  return { ...usage, total_tokens: usage.input_tokens + usage.output_tokens }
}
