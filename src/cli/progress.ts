/** A run's events as lines for a person who watches. */

import path from 'node:path'
import type { ThreadEvent } from '../protocol/thread-event.ts'
import type { ThreadItem } from '../protocol/thread-item.ts'
import type { Usage } from '../protocol/usage.ts'
import { oneLine, type Terminal } from './terminal.ts'

const LINE_WIDTH = 100
const OUTPUT_LINES_MAX = 10

/**
 * A line for what is done, a moment for what goes on.
 *
 * The agent's last message is not shown: it is the answer, and the caller's to print.
 *
 * @param folder Paths below it are shown relative to it.
 * @returns Takes the events, one by one.
 */
export function progressOn(terminal: Terminal, folder: string): (event: ThreadEvent) => void {
  let message: string | undefined
  const sayMessage = () => {
    if (message !== undefined) terminal.line(message)
    message = undefined
  }
  return (event) => {
    switch (event.type) {
      case 'thread.started':
        terminal.line(terminal.paint('dim', `thread ${event.thread_id}`))
        break
      case 'item.started':
      case 'item.updated':
        sayMessage()
        terminal.moment(momentOf(event.item))
        break
      case 'item.completed':
        sayMessage()
        if (event.item.type === 'agent_message') message = event.item.text
        else terminal.line(paintedLine(event.item, terminal, folder))
        break
      case 'error':
        terminal.line(terminal.paint('red', `! ${oneLine(event.message, LINE_WIDTH)}`))
        break
      case 'history.changed':
        terminal.line(terminal.paint('dim', `history: ${event.reason}`))
        break
      case 'turn.aborted':
      case 'turn.failed':
        sayMessage()
        break
      case 'turn.completed':
        terminal.line(terminal.paint('dim', `tokens: ${tokens(event.usage)}`))
        break
      case 'turn.started':
      case 'item.delta':
      case 'approval.requested':
    }
  }
}

export const grouped = (count: number): string => count.toLocaleString('en-US')

function tokens({ input_tokens, cached_input_tokens, output_tokens }: Usage): string {
  const cached = cached_input_tokens === 0 ? '' : ` (${grouped(cached_input_tokens)} cached)`
  return `${grouped(input_tokens)} in${cached}, ${grouped(output_tokens)} out`
}

function paintedLine(item: ThreadItem, terminal: Terminal, folder: string): string {
  const hasFailed = 'status' in item && item.status === 'failed'
  const line = lineOf(item, folder)
  return hasFailed ? terminal.paint('red', line) : line
}

function lineOf(item: ThreadItem, folder: string): string {
  switch (item.type) {
    case 'agent_message':
      return item.text
    case 'reasoning':
      return `~ ${oneLine(item.text, LINE_WIDTH)}`
    case 'command_execution':
      return `$ ${oneLine(item.command, LINE_WIDTH)}  [exit ${item.exit_code ?? 'unknown'}, ${lines(item.aggregated_output)}]`
    case 'file_change':
      return item.changes
        .map((change) => `${CHANGE_LETTERS[change.kind]} ${within(folder, change.path)}${failure(item)}`)
        .join('\n')
    case 'mcp_tool_call':
    case 'tool_call':
      return `> ${item.tool}(${oneLine(JSON.stringify(item.arguments) ?? '', LINE_WIDTH)})${failure(item)}`
    case 'script':
      return [`# script, ${lines(item.source)}${failure(item)}`, ...quoted(item.output)].join('\n')
    case 'web_search':
      return `? ${oneLine(item.query, LINE_WIDTH)}`
    case 'todo_list':
      return item.items.map(({ completed, text }) => `[${completed ? 'x' : ' '}] ${text}`).join('\n')
    case 'error':
      return `! ${oneLine(item.message, LINE_WIDTH)}`
  }
}

const CHANGE_LETTERS = { add: 'A', delete: 'D', update: 'M' } as const

function failure(item: {
  readonly status: string
  readonly error?: { readonly message: string } | null | undefined
}): string {
  if (item.status !== 'failed') return ''
  return item.error ? `: ${oneLine(item.error.message, LINE_WIDTH)}` : ': failed'
}

/** What a script said while it ran; only the beginning of a long text. */
function quoted(output: string): string[] {
  const said = output.split('\n').filter((line) => line.trim() !== '')
  const shown = said.slice(0, OUTPUT_LINES_MAX).map((line) => `  ${oneLine(line, LINE_WIDTH)}`)
  return said.length > OUTPUT_LINES_MAX ? [...shown, `  … ${said.length - OUTPUT_LINES_MAX} more`] : shown
}

function within(folder: string, file: string): string {
  const relative = path.relative(folder, file)
  return relative.startsWith('..') ? file : relative
}

function lines(text: string): string {
  const count = text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0)
  return `${count} ${count === 1 ? 'line' : 'lines'}`
}

function momentOf(item: ThreadItem): string {
  switch (item.type) {
    case 'command_execution':
      return `$ ${item.command} …`
    case 'mcp_tool_call':
    case 'tool_call':
      return `> ${item.tool} …`
    case 'script':
      return '# a script runs …'
    default:
      return '…'
  }
}
