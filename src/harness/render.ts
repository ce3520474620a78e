/** What the model reads of a script. */

import type { ToolOutput } from '../protocol/response-item.ts'
import { jsonSafe } from '../std/json-safe.ts'
import { formattedTruncation, type TruncationPolicy, truncateParts } from '../std/truncate.ts'
import type { CellReport } from './cells.ts'
import { valueWithin } from './cut-value.ts'
import type {
  ConsoleLine,
  ScriptCallRecord,
  ScriptFailure,
  ScriptOutput,
  ScriptResult,
} from './script-result.ts'

type Part = Exclude<ToolOutput, string>[number]

/** Of everything but the header; a model may ask for less. */
export const DEFAULT_OUTPUT_TOKENS = 10_000

const MARK = { done: '✓', failed: '✗', aborted: '■', 'never-started': '·', spawned: '→' } as const
const LEDGER_LINES_MAX = 40

/** A finished script, for who does not use cells. */
export function reportOf(result: ScriptResult, wallMs: number): CellReport {
  const state = result.ok ? 'completed' : result.error.kind === 'aborted' ? 'terminated' : 'failed'
  return { cellId: '', state, wallMs, output: result.output, logs: result.logs, result }
}

/**
 * One look at a script: Codex's header, then its outputs, what it returned or why it failed.
 *
 * @param policy Cuts all but the header.
 * @returns A string when there is nothing but text.
 */
export function renderCell(
  report: CellReport,
  policy: TruncationPolicy = { mode: 'tokens', limit: DEFAULT_OUTPUT_TOKENS },
): ToolOutput {
  const header = headerOf(report)
  const { result } = report
  const said = [...report.output.map(partOf), ...textPart(consoleText(report.logs))]
  const after = result === undefined ? [] : textPart(warningText(result))
  const parts = [...said, ...endParts(result, valueBytesMax([...said, ...after], policy)), ...after]
  if (parts.every((part) => part.type === 'input_text')) {
    return `${header}${formattedTruncation(parts.map(({ text }) => text).join('\n'), policy)}`
  }
  return [{ type: 'input_text', text: header }, ...truncateParts(parts, policy)]
}

function headerOf({ state, cellId, wallMs }: CellReport): string {
  const status = state === 'running' ? `running with cell ID ${cellId}` : state
  return `Script ${status}\nWall time ${(wallMs / 1000).toFixed(1)} seconds\nOutput:\n`
}

const textPart = (text: string): Part[] => (text === '' ? [] : [{ type: 'input_text', text }])

function partOf(output: ScriptOutput): Part {
  return output.type === 'text'
    ? { type: 'input_text', text: output.text }
    : { type: 'input_image', image_url: output.imageUrl, detail: output.detail }
}

function consoleText(logs: readonly ConsoleLine[]): string {
  if (logs.length === 0) return ''
  const lines = logs.map(({ level, text }) =>
    level === 'warn' || level === 'error' ? `${level}: ${text}` : text,
  )
  return `Console:\n${lines.join('\n')}`
}

/** What the other parts leave of the budget, but half of it at least. */
function valueBytesMax(others: readonly Part[], { mode, limit }: TruncationPolicy): number {
  const bytes = mode === 'tokens' ? limit * 4 : limit
  const taken = others.reduce((sum, part) => sum + ('text' in part ? Buffer.byteLength(part.text) + 1 : 0), 0)
  return Math.max(Math.floor(bytes / 2), bytes - taken)
}

function endParts(result: ScriptResult | undefined, bytesMax: number): Part[] {
  if (result === undefined) return []
  return textPart(result.ok ? valueText(result.value, bytesMax) : failureText(result.error, result.calls))
}

const warningText = ({ warnings }: ScriptResult) =>
  warnings.map((warning) => `Warning: ${warning}`).join('\n')

function failureText({ message, frame }: ScriptFailure, calls: readonly ScriptCallRecord[]): string {
  return [`Script error:\n${message}`, frame, ledgerText(calls)]
    .filter((text) => text !== undefined)
    .join('\n')
}

/** So that the model does not do again what was done. */
function ledgerText(calls: readonly ScriptCallRecord[]): string | undefined {
  if (calls.length === 0) return undefined
  const lines = calls.map(({ path, state, message }) => {
    const why =
      state === 'done' || message === undefined ? '' : `: ${message.split('\n', 1)[0]?.slice(0, 200)}`
    return `${MARK[state]} tools.${path} ${state.replace('-', ' ')}${why}`
  })
  const cut = lines.length - LEDGER_LINES_MAX
  const shown = cut > 0 ? [`… ${cut} earlier calls`, ...lines.slice(-LEDGER_LINES_MAX)] : lines
  return `Calls before the end (do not repeat those that are done):\n${shown.join('\n')}`
}

/** A string as it is; data as JSON, with what JSON cannot say in the nearest words, and what is too long cut in its places. */
function valueText(value: unknown, bytesMax: number): string {
  if (value === undefined) return ''
  return typeof value === 'string' ? value : valueWithin(jsonSafe(value), bytesMax)
}
