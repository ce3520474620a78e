/** How a model's script reaches the harness, and its result the model. */

import {
  type CellReport,
  type CellTable,
  DEFAULT_OUTPUT_TOKENS,
  EXEC,
  execFreeformSpec,
  execFunctionSpec,
  parseExecRequest,
  renderCell,
  resolveLimits,
  type ScriptEvent,
  type ScriptTools,
  ToolCallsDetector,
  toolCallsInstructions,
  WAIT,
  waitSpec,
} from '../../harness/index.ts'
import { encodeTagged } from '../../harness/tagged-json.ts'
import { messageOf } from '../../protocol/errors.ts'
import type { CallItem, CallOutputItem, ToolOutput } from '../../protocol/response-item.ts'
import { jsonSafe } from '../../std/json-safe.ts'
import type { TruncationPolicy } from '../../std/truncate.ts'
import { scriptCatalogue } from '../../tools/catalogue.ts'
import { ApprovalDeniedError } from '../../tools/errors.ts'
import type { ItemBody } from '../../tools/tool.ts'
import type { ToolSet } from '../../tools/tool-set.ts'
import { TurnStop } from '../turn/active-turn.ts'
import { outputOf } from '../turn/answer-call.ts'
import type { ScriptCarrier, TurnModel, TurnScope } from '../turn/turn-scope.ts'
import { isOwn, runTool, type ScriptTasks, scriptEntries, scriptTools } from './calls.ts'
import { scriptContext } from './context.ts'
import type { ScriptGate } from './gate.ts'
import { journalled, type ScriptJournal } from './journal.ts'
import { keepLarge, withPictures } from './large-results.ts'
import type { RecordedScript } from './recorded-script.ts'
import { isRepeatable } from './repeatable.ts'

/** Codex's `default_exec_yield_time_ms`. */
const EXEC_YIELD_MS = 30_000
/** For carriers without `wait`: the script's own limits end it first. */
const NEVER_YIELD_MS = 2 ** 31 - 1

/** What of a turn's plan a script is run by. */
export interface ScriptPlan {
  readonly tools: ToolSet
  readonly model: TurnModel
}

interface ScriptRequest {
  readonly source: string
  readonly yieldTimeMs: number
  readonly outputTokensMax: number
}

export function scriptCarrier(plan: ScriptPlan, cells: CellTable, gate: ScriptGate): ScriptCarrier {
  const { catalogue, isWhole } = scriptCatalogue(plan.tools)
  const options = {
    declarations: catalogue,
    spawns: true,
    ...(isWhole
      ? {}
      : {
          discovery:
            'Only an index is shown. tools.find(words) finds a tool, tools.describe(path) gives its type.',
        }),
  }
  const runs = new ScriptRuns(cells, gate, plan)
  if (!plan.model.toolCalls) {
    return {
      specs: [],
      carries: () => false,
      answer: async (call) => outputOf(call, `unsupported call: ${call.name}`, false),
      text: {
        instructions: toolCallsInstructions(options),
        detector: () => new ToolCallsDetector(),
        async answer(source, scope, key = `script.${crypto.randomUUID()}`) {
          const request = { source, yieldTimeMs: NEVER_YIELD_MS, outputTokensMax: DEFAULT_OUTPUT_TOKENS }
          const output = await runs.start(key, request, scope)
          const text =
            typeof output === 'string'
              ? output
              : output.map((part) => ('text' in part ? part.text : '[image]')).join('\n')
          return {
            type: 'message',
            role: 'user',
            content: [{ type: 'input_text', text: `<script-output>\n${text}\n</script-output>` }],
          }
        },
      },
    }
  }
  const isFreeform = plan.model.client.supportsCustomTools && plan.model.info.customTools
  return {
    specs: isFreeform ? [execFreeformSpec(options), waitSpec()] : [execFunctionSpec(options)],
    carries: ({ name }) => name === EXEC || (isFreeform && name === WAIT),
    answer: (call, scope) =>
      call.name === WAIT ? answerWait(call, runs, scope) : answerExec(call, isFreeform, runs, scope),
  }
}

async function answerExec(
  call: CallItem,
  isFreeform: boolean,
  runs: ScriptRuns,
  scope: TurnScope,
): Promise<CallOutputItem> {
  try {
    const { source, yieldTimeMs, maxOutputTokens } = parseExecRequest(sourceOf(call))
    const output = await runs.start(
      call.call_id,
      {
        source,
        yieldTimeMs: isFreeform ? (yieldTimeMs ?? EXEC_YIELD_MS) : NEVER_YIELD_MS,
        outputTokensMax: Math.min(maxOutputTokens ?? DEFAULT_OUTPUT_TOKENS, DEFAULT_OUTPUT_TOKENS),
      },
      scope,
    )
    return outputOf(call, output, true)
  } catch (error) {
    return outputOf(call, messageOf(error), false)
  }
}

async function answerWait(call: CallItem, runs: ScriptRuns, scope: TurnScope): Promise<CallOutputItem> {
  try {
    return outputOf(call, await runs.look(call, scope), true)
  } catch (error) {
    return outputOf(call, messageOf(error), false)
  }
}

/** A model that calls the freeform tool as a function, or the other way round, is understood all the same. */
function sourceOf(call: CallItem): string {
  if (call.type === 'custom_tool_call') return call.input
  const { source, input } = parseArguments(call.arguments)
  if (typeof source === 'string') return source
  if (typeof input === 'string') return input
  throw new TypeError('exec takes { source: string }: the whole script as one string.')
}

function parseArguments(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TypeError(`failed to parse function arguments: ${messageOf(error)}`)
  }
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The scripts of a thread as its items show them. */
class ScriptRuns {
  readonly #cells: CellTable
  readonly #gate: ScriptGate
  readonly #plan: ScriptPlan
  /** What a cell that was left running was made of. */
  readonly #left = new Map<string, { readonly key: string; readonly source: string }>()
  /** Resolves when what the last script stored is kept. */
  #storing: Promise<void> = Promise.resolve()

  constructor(cells: CellTable, gate: ScriptGate, plan: ScriptPlan) {
    this.#cells = cells
    this.#gate = gate
    this.#plan = plan
  }

  async start(
    key: string,
    { source, yieldTimeMs, outputTokensMax }: ScriptRequest,
    scope: TurnScope,
  ): Promise<ToolOutput> {
    const { turn } = scope
    turn.items.show(key, 'started', itemOf(source, undefined, ''))
    const recorded = scope.recordedScript(key)
    const report = await this.#cells.exec(
      source,
      {
        tools: gatedTools(this.#plan.tools, this.#gate, key, recorded),
        context: await scriptContext(scope),
        stored: scope.stored,
        signal: turn.signal,
        // The same for a replay, so that it finds its tasks again.
        taskPrefix: `task_${key}_`,
        ...(recorded?.replay !== undefined && { replay: recorded.replay }),
        onSampled: ({ seed, clock }) => {
          const samples = clock.map(([timeMs, reads]): [number, number] => [timeMs, reads])
          // In order before the calls that follow, which wait until all is kept.
          void scope.keep({ type: 'script_sampled', scriptCallId: key, seed, clock: samples }).catch(() => {})
        },
        onEvent: (event) => this.#told(event, key, scope),
      },
      { yieldTimeMs },
    )
    return await this.#show(key, source, report, outputTokensMax, scope)
  }

  /** @throws {CellError} No such cell. */
  async look(call: CallItem, scope: TurnScope): Promise<ToolOutput> {
    const fields = parseArguments(call.type === 'function_call' ? call.arguments : '{}')
    const { cell_id: cellId, yield_time_ms: yieldTimeMs, max_tokens: maxTokens, terminate } = fields
    if (typeof cellId !== 'string') throw new TypeError('wait takes { cell_id: string }, as exec named it.')
    const report = await this.#cells.wait(cellId, {
      ...(typeof yieldTimeMs === 'number' ? { yieldTimeMs } : {}),
      terminate: terminate === true,
      signal: scope.turn.signal,
    })
    const { key, source } = this.#left.get(cellId) ?? { key: call.call_id, source: '' }
    const tokens =
      typeof maxTokens === 'number' ? Math.min(maxTokens, DEFAULT_OUTPUT_TOKENS) : DEFAULT_OUTPUT_TOKENS
    return await this.#show(key, source, report, tokens, scope)
  }

  async #show(
    key: string,
    source: string,
    report: CellReport,
    outputTokensMax: number,
    scope: TurnScope,
  ): Promise<ToolOutput> {
    if (report.result === undefined) this.#left.set(report.cellId, { key, source })
    else this.#left.delete(report.cellId)
    const state = report.result === undefined ? 'updated' : 'completed'
    scope.turn.items.show(key, state, itemOf(source, report, textOf(report)))
    await this.#storing
    const whole = await withPictures(report, scope.documents)
    return await capReport(whole, { mode: 'tokens', limit: outputTokensMax }, scope)
  }

  #told(event: ScriptEvent, key: string, { turn }: TurnScope): void {
    if (event.type === 'console_written') {
      turn.items.delta(key, 'script', `${event.lines.map(({ text }) => text).join('\n')}\n`)
    } else if (event.type === 'output_added' && event.output.type === 'text') {
      turn.items.delta(key, 'script', `${event.output.text}\n`)
    } else if (event.type === 'notified') {
      turn.steer(`<script-note>\n${event.text}\n</script-note>`)
    } else if (event.type === 'stored') {
      this.#storing = this.#keep(event.entries, key)
    }
  }

  /** Never rejects: what cannot be kept is there for this process alone. */
  async #keep(
    stored: ReadonlyArray<readonly [key: string, value: unknown]>,
    scriptCallId: string,
  ): Promise<void> {
    const entries = stored.map(([key, value]) => {
      const { text, tagged } = encodeTagged(value, `stored ${key}`)
      return { key, value: JSON.parse(text) as unknown, ...(tagged && { isTagged: true }) }
    })
    try {
      const scope = await this.#gate.scope(new AbortController().signal)
      await scope.keep({ type: 'script_stored', scriptCallId, entries })
    } catch {
      // The turn's own end says that nothing can be written.
    }
  }
}

/** Calls go to the turn that runs when they are made. */
function gatedTools(
  set: ToolSet,
  gate: ScriptGate,
  scriptCallId: string,
  recorded: RecordedScript | undefined,
): ScriptTools {
  return {
    entries: scriptEntries(set),
    async call(args, call) {
      const scope = await gate.scope(call.signal)
      const tools = scriptTools(set, scope.dispatcher, scriptTasks(set, scope))
      if (isOwn(call.path)) return await tools.call(args, call)
      const journal: ScriptJournal = {
        turnId: scope.turnId,
        scriptCallId,
        redactor: scope.dispatcher.redactor,
        recorded,
        mayRepeat: (path, callId) => scope.hasQuestion(callId) || isRepeatable(set.inScript(path)),
        add: scope.keep,
        resultBytesMax: resolveLimits(scope.limits.script).callResultBytesMax,
        keepLarge: (result, json, bytesMax) =>
          keepLarge(result, json, { path: call.path, bytesMax, documents: scope.documents }),
      }
      try {
        return await journalled(journal, call, args, () => tools.call(args, call))
      } catch (error) {
        if (error instanceof ApprovalDeniedError && error.endsTurn) {
          scope.turn.stop(new TurnStop('interrupted', { cause: error }))
        }
        throw error
      }
    },
    async spawn(args, task) {
      const scope = await gate.scope(new AbortController().signal)
      return await scriptTasks(set, scope).start(args, task)
    },
  }
}

/** A task belongs to the thread, whichever turn started it. */
function scriptTasks(set: ToolSet, { tasks, turnId, taskDispatcher }: TurnScope): ScriptTasks {
  return {
    start: (args, { taskId, path }) =>
      tasks.start({ turnId, taskId, path, input: jsonSafe(args) }, (signal) =>
        runTool(set, args, path, { callId: taskId, signal }, taskDispatcher),
      ),
    list: () => tasks.list(),
    get: (id) => tasks.get(id),
    cancel: (id) => tasks.cancel(id),
  }
}

/** What is too long is kept whole as a document; the header always stays. */
async function capReport(report: CellReport, asked: TruncationPolicy, scope: TurnScope): Promise<ToolOutput> {
  const { truncation } = scope.model
  const policy = bytesOf(asked) < bytesOf(truncation) ? asked : truncation
  const cut = renderCell(report, policy)
  if (typeof cut !== 'string') return cut
  const whole = renderCell(report, { mode: 'bytes', limit: Number.MAX_SAFE_INTEGER })
  if (typeof whole !== 'string' || whole === cut) return cut
  const { fileKey, bytes } = await scope.documents.put({
    content: whole,
    name: 'script-output.txt',
    mediaType: 'text/plain',
  })
  return `${cut}\n[The whole output, ${bytes} bytes, is kept as document ${fileKey}.]`
}

const bytesOf = ({ mode, limit }: TruncationPolicy) => (mode === 'tokens' ? limit * 4 : limit)

function itemOf(source: string, report: CellReport | undefined, output: string): ItemBody {
  const result = report?.result
  const status = result === undefined ? 'in_progress' : result.ok ? 'completed' : 'failed'
  const error = result === undefined || result.ok ? undefined : result.error
  return {
    type: 'script',
    source,
    output,
    ...(result?.ok === true ? { value: jsonSafe(result.value) } : {}),
    ...(error === undefined ? {} : { error: { kind: error.kind, message: error.message } }),
    status,
  }
}

/** What the script said, without what it returned. */
function textOf({ output, logs }: CellReport): string {
  const texts = output.map((part) => (part.type === 'text' ? part.text : '[image]'))
  return [...texts, ...logs.map(({ text }) => text)].join('\n')
}
