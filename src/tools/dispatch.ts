/** One call of a tool, from arguments that nobody has checked to a result that the model can use. */

import type { Span, Tracer } from '../observability/tracer.ts'
import { messageOf, ToolError } from '../protocol/errors.ts'
import { jsonSafe } from '../std/json-safe.ts'
import type { ReadWriteLock } from '../std/read-write-lock.ts'
import type { Redactor } from '../std/redact.ts'
import { type ApprovalGate, passApproval } from './approval.ts'
import {
  ApprovalDeniedError,
  InvalidArgumentsError,
  InvalidOutputError,
  ToolAbortedError,
  ToolTimeoutError,
} from './errors.ts'
import { redactOutput } from './redact-output.ts'
import { validate } from './schema.ts'
import type { CallOutcome, ItemBody, ToolContext, ToolProgress } from './tool.ts'
import type { RegisteredTool } from './tool-set.ts'

/** How long a stopped tool may take to obey before we go on without it. */
const STOP_GRACE_MS = 2000

/** May deny a call or rewrite its input. */
export type BeforeToolCall = (call: {
  readonly tool: string
  readonly callId: string
  readonly input: unknown
}) => ToolCallVerdict | undefined | Promise<ToolCallVerdict | undefined>

export type ToolCallVerdict = { readonly deny: string } | { readonly input: unknown }

export type AfterToolCall = (call: {
  readonly tool: string
  readonly callId: string
  readonly input: unknown
  readonly outcome: DispatchOutcome
}) => void | Promise<void>

/** What holds for all calls of a turn. */
export interface Dispatcher {
  readonly gate: ApprovalGate
  readonly lock: ReadWriteLock
  /** Takes the host's secrets out of what tools give back and say. */
  readonly redactor: Redactor
  readonly tracer: Tracer
  readonly beforeToolCall?: BeforeToolCall
  readonly afterToolCall?: AfterToolCall
  readonly context: (call: {
    readonly callId: string
    readonly signal: AbortSignal
    readonly progress: (update: ToolProgress) => void
  }) => ToolContext
  /** Shows a call's item; `key` is the same for all states of one call. */
  readonly show: (key: string, state: 'started' | 'updated' | 'completed', body: ItemBody) => void
  /** Text that a call produced. */
  readonly delta: (key: string, text: string) => void
}

export interface DispatchCall {
  readonly entry: RegisteredTool
  readonly callId: string
  readonly input: unknown
  readonly signal: AbortSignal
  /** Stops the caller's clock while a person is asked; what it gives starts it again. */
  readonly pauseClock?: () => () => void
}

export type DispatchOutcome =
  | { readonly ok: true; readonly output: unknown }
  | { readonly ok: false; readonly error: ToolError; readonly endsTurn: boolean }

/** Never rejects: whatever goes wrong is an outcome, with a message that a model may read. */
export async function dispatch(call: DispatchCall, dispatcher: Dispatcher): Promise<DispatchOutcome> {
  const { entry, callId } = call
  const span = dispatcher.tracer.startSpan(`execute_tool ${entry.directName}`, {
    attributes: { 'gen_ai.tool.name': entry.directName, 'gen_ai.tool.call.id': callId },
  })
  const outcome = await attempt(call, dispatcher)
  endSpan(span, outcome)
  try {
    await dispatcher.afterToolCall?.({ tool: entry.directName, callId, input: call.input, outcome })
  } catch (error) {
    return failure(new ToolError(`The afterToolCall hook failed: ${messageOf(error)}`, { cause: error }))
  }
  return outcome
}

async function attempt(call: DispatchCall, dispatcher: Dispatcher): Promise<DispatchOutcome> {
  const { entry, signal } = call
  try {
    const input = await admit(call, dispatcher)
    const kind = entry.tool.parallel === true ? 'read' : 'write'
    return await dispatcher.lock.run(kind, signal, () => runShown(call, input, dispatcher))
  } catch (error) {
    if (error instanceof ApprovalDeniedError) return showDenied(call, error, dispatcher)
    if (signal.aborted) return failure(new ToolAbortedError(false))
    return failure(asToolError(error))
  }
}

/** Hooks, schema and approval, in this order: what is approved is what will run. */
async function admit(call: DispatchCall, dispatcher: Dispatcher): Promise<unknown> {
  const { entry, callId, signal } = call
  const { tool, directName } = entry
  let wanted = call.input
  const verdict = await dispatcher.beforeToolCall?.({ tool: directName, callId, input: wanted })
  if (verdict !== undefined && 'deny' in verdict) {
    throw new ApprovalDeniedError(`${directName} was not run: ${verdict.deny}`)
  }
  if (verdict !== undefined) wanted = verdict.input

  const checked = await validate(tool.input, wanted)
  if (!checked.ok) throw new InvalidArgumentsError(directName, checked.issues, entry.inputSchema)

  const { ids } = dispatcher.context({ callId, signal, progress: () => {} })
  const resume = call.pauseClock?.()
  try {
    await passApproval(
      entry,
      { id: crypto.randomUUID(), ...ids, input: jsonSafe(checked.value) },
      dispatcher.gate,
      signal,
    )
  } finally {
    resume?.()
  }
  return checked.value
}

/** A call that was not allowed never started; a host sees that there was one. */
function showDenied(call: DispatchCall, error: ApprovalDeniedError, dispatcher: Dispatcher): DispatchOutcome {
  const { entry, callId, input } = call
  const body = defaultView(entry, input).ended(input, { ok: false, message: error.message })
  show(dispatcher, callId, 'completed', body)
  return { ok: false, error, endsTurn: error.endsTurn }
}

/** Runs the tool, with its item shown from beginning to end. */
async function runShown(
  call: DispatchCall,
  input: unknown,
  dispatcher: Dispatcher,
): Promise<DispatchOutcome> {
  const { entry, callId } = call
  const view = entry.tool.item ?? defaultView(entry, input)
  const started = view.started(input)
  if (started !== null) show(dispatcher, callId, 'started', started)

  const outcome = withoutSecrets(await runBounded(call, input, dispatcher), dispatcher.redactor)

  const ended = view.ended(input, outcome.ok ? outcome : { ok: false, message: outcome.error.message })
  if (ended !== null) show(dispatcher, callId, 'completed', ended)
  return outcome
}

async function runBounded(
  call: DispatchCall,
  input: unknown,
  dispatcher: Dispatcher,
): Promise<DispatchOutcome> {
  const { entry, callId, signal } = call
  const { tool, directName } = entry
  const timeout = tool.timeoutMs === undefined ? undefined : AbortSignal.timeout(tool.timeoutMs)
  const stop = timeout === undefined ? signal : AbortSignal.any([signal, timeout])
  const said = dispatcher.redactor.stream()
  const say = (text: string) => {
    if (text !== '') dispatcher.delta(callId, text)
  }
  const context = dispatcher.context({
    callId,
    signal: stop,
    progress: (update) => {
      if (update.type === 'output') say(said.push(update.text))
      else show(dispatcher, callId, isOver(update.item) ? 'completed' : 'updated', update.item)
    },
  })
  try {
    const result = await untilStopped(async () => tool.run(input, context), stop)
    if (result.stopped) {
      const stillRunning = result.stillRunning
      return failure(
        timeout?.aborted === true && !signal.aborted
          ? new ToolTimeoutError(directName, tool.timeoutMs ?? 0, stillRunning)
          : new ToolAbortedError(stillRunning),
      )
    }
    if (typeof result.value === 'function' || typeof result.value === 'symbol') {
      return failure(new InvalidOutputError(directName, [`a ${typeof result.value} is no data`]))
    }
    if (tool.output === undefined) return { ok: true, output: result.value ?? null }
    const checked = await validate(tool.output, result.value)
    if (checked.ok) return { ok: true, output: checked.value }
    return failure(new InvalidOutputError(directName, checked.issues))
  } catch (error) {
    if (signal.aborted) return failure(new ToolAbortedError(false))
    return failure(asToolError(error))
  } finally {
    say(said.end())
  }
}

function show(
  dispatcher: Dispatcher,
  key: string,
  state: 'started' | 'updated' | 'completed',
  body: ItemBody,
): void {
  // Of the same shape: only texts in it change.
  dispatcher.show(key, state, redactOutput(body, dispatcher.redactor) as ItemBody)
}

function withoutSecrets(outcome: DispatchOutcome, redactor: Redactor): DispatchOutcome {
  if (outcome.ok) return { ok: true, output: redactOutput(outcome.output, redactor) }
  const { error } = outcome
  const message = redactor.redact(error.message)
  return message === error.message ? outcome : failure(new ToolError(message))
}

type Bounded<T> =
  | { readonly stopped: false; readonly value: T }
  | { readonly stopped: true; readonly stillRunning: boolean }

/**
 * The body's result; or, once `stop` is aborted, that it was stopped.
 *
 * A body that throws because it obeyed the stop counts as stopped; one that ignores it is given up after a grace.
 */
async function untilStopped<T>(body: () => Promise<T>, stop: AbortSignal): Promise<Bounded<T>> {
  stop.throwIfAborted()
  const running = body().then(
    (value): Bounded<T> => ({ stopped: false, value }),
    (error: unknown): Bounded<T> => {
      if (stop.aborted) return { stopped: true, stillRunning: false }
      throw error
    },
  )
  const { promise: gaveUp, resolve } = Promise.withResolvers<Bounded<T>>()
  let timer: NodeJS.Timeout | undefined
  const onStop = () => {
    timer = setTimeout(() => resolve({ stopped: true, stillRunning: true }), STOP_GRACE_MS)
  }
  stop.addEventListener('abort', onStop, { once: true })
  try {
    return await Promise.race([running, gaveUp])
  } finally {
    stop.removeEventListener('abort', onStop)
    clearTimeout(timer)
  }
}

/** A command may end after its call was answered; its item ends with it. */
const isOver = (item: ItemBody) => 'status' in item && item.status !== 'in_progress'

/** Shows what was asked, as it was when it was asked: a tool may change its input while it runs. */
function defaultView({ pack, tool }: RegisteredTool, input: unknown) {
  const asked = { type: 'tool_call', pack: pack.slug, tool: tool.name, arguments: jsonSafe(input) } as const
  return {
    started: (): ItemBody => ({ ...asked, status: 'in_progress' }),
    ended: (_input: unknown, outcome: CallOutcome<unknown>): ItemBody =>
      outcome.ok
        ? { ...asked, result: jsonSafe(outcome.output), status: 'completed' }
        : { ...asked, error: { message: outcome.message }, status: 'failed' },
  }
}

const failure = (error: ToolError): DispatchOutcome => ({ ok: false, error, endsTurn: false })

/** Message only: a stack is no business of a model's. */
function asToolError(error: unknown): ToolError {
  return error instanceof ToolError ? error : new ToolError(messageOf(error), { cause: error })
}

function endSpan(span: Span, outcome: DispatchOutcome): void {
  if (!outcome.ok) {
    span.recordException(outcome.error)
    span.setStatus({ code: 2, message: outcome.error.message })
  }
  span.end()
}
