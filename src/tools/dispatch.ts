/** One call of a tool, from arguments that nobody has checked to a result that the model can use. */

import type { Span, Tracer } from '../observability/tracer.ts'
import { messageOf, ToolError } from '../protocol/errors.ts'
import { jsonSafe } from '../std/json-safe.ts'
import type { ReadWriteLock } from '../std/read-write-lock.ts'
import type { Redactor } from '../std/redact.ts'
import {
  type ApprovalGate,
  type CallToApprove,
  type Passage,
  passApproval,
  passQuestion,
} from './approval.ts'
import {
  ApprovalDeniedError,
  InvalidArgumentsError,
  InvalidOutputError,
  ToolAbortedError,
  ToolTimeoutError,
} from './errors.ts'
import { hostHook, STOP_GRACE_MS } from './host-hook.ts'
import { redactOutput } from './redact-output.ts'
import { validate } from './schema.ts'
import type { CallOutcome, ItemBody, ItemView, ToolContext, ToolProgress } from './tool.ts'
import type { RegisteredTool } from './tool-set.ts'

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
  /** Takes the host's secrets out of what tools give back. */
  readonly redactor: Redactor
  readonly tracer: Tracer
  /** Beside the host's verdicts there is one with all that the model is to read. */
  readonly beforeToolCall?: (
    call: Parameters<BeforeToolCall>[0],
  ) => Promise<ToolCallVerdict | { readonly refusal: string } | undefined>
  /** What it gives as `feedback` takes the place of the result, as a failure. */
  readonly afterToolCall?: (
    call: Parameters<AfterToolCall>[0],
  ) => Promise<{ readonly feedback: string } | undefined>
  readonly context: (call: {
    readonly callId: string
    readonly signal: AbortSignal
    readonly progress: (update: ToolProgress) => void
    /** Whether the call may leave the sandbox and the roots. */
    readonly unconfined: boolean
  }) => ToolContext
  /** Shows a call's item; `key` is the same for all states of one call. May hold secrets, as `delta` may. */
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
  let { input } = call
  const outcome = await attempt(call, dispatcher, (rewritten) => {
    input = rewritten
  })
  endSpan(span, outcome)
  try {
    const said = await hostHook(
      dispatcher.afterToolCall?.({ tool: entry.directName, callId, input, outcome }),
      call.signal,
    )
    if (said !== undefined) return failure(new ToolError(said.feedback))
  } catch (error) {
    // What the call has done is the news, where a hook was still looking at it when the turn was stopped.
    if (call.signal.aborted && error === call.signal.reason) return outcome
    return failure(new ToolError(`The afterToolCall hook failed: ${messageOf(error)}`, { cause: error }))
  }
  return outcome
}

/** @param rewrite Told what a hook has put in the place of the input. */
async function attempt(
  call: DispatchCall,
  dispatcher: Dispatcher,
  rewrite: (input: unknown) => void,
): Promise<DispatchOutcome> {
  const { signal } = call
  try {
    const admitted = await admit(call, dispatcher, rewrite)
    const shown = new ShownCall(call, admitted.input, dispatcher)
    return shown.end(await run(call, admitted, shown, dispatcher))
  } catch (error) {
    if (error instanceof ApprovalDeniedError) return showDenied(call, error, dispatcher)
    if (signal.aborted) return failure(new ToolAbortedError(false))
    return failure(asToolError(error))
  }
}

interface Admitted extends Passage {
  readonly input: unknown
}

/** Hooks, schema and approval, in this order: what is approved is what will run. */
async function admit(
  call: DispatchCall,
  dispatcher: Dispatcher,
  rewrite: (input: unknown) => void,
): Promise<Admitted> {
  const { entry, callId, signal } = call
  const { tool, directName } = entry
  let wanted = call.input
  const verdict = await hostHook(
    dispatcher.beforeToolCall?.({ tool: directName, callId, input: wanted }),
    signal,
  )
  if (verdict !== undefined && 'deny' in verdict) {
    throw new ApprovalDeniedError(`${directName} was not run: ${verdict.deny}`)
  }
  if (verdict !== undefined && 'refusal' in verdict) throw new ApprovalDeniedError(verdict.refusal)
  if (verdict !== undefined) {
    wanted = verdict.input
    rewrite(wanted)
  }

  const checked = await validate(tool.input, wanted)
  if (!checked.ok) throw new InvalidArgumentsError(directName, checked.issues, entry.inputSchema)
  const input = checked.value

  const passage = await withClockPaused(call, () => {
    const { gate } = dispatcher
    const { workspace } = dispatcher.context({ callId, signal, progress: () => {}, unconfined: false })
    return passApproval(entry, input, toApprove(call, input, dispatcher), gate, workspace, signal)
  })
  return { input, ...passage }
}

function toApprove({ callId, signal }: DispatchCall, input: unknown, dispatcher: Dispatcher): CallToApprove {
  const { ids, workspace } = dispatcher.context({ callId, signal, progress: () => {}, unconfined: false })
  const { root: workingDirectory, sandboxMode } = workspace
  return { id: crypto.randomUUID(), ...ids, input: jsonSafe(input), workingDirectory, sandboxMode }
}

async function withClockPaused<T>({ pauseClock }: DispatchCall, body: () => Promise<T>): Promise<T> {
  const resume = pauseClock?.()
  try {
    return await body()
  } finally {
    resume?.()
  }
}

/** Once; and where the sandbox stopped it and a person agrees, once more without it. */
async function run(
  call: DispatchCall,
  { input, unconfined }: Admitted,
  shown: ShownCall,
  dispatcher: Dispatcher,
): Promise<DispatchOutcome> {
  const { entry, signal } = call
  const { gate, lock } = dispatcher
  // A person is waited for outside of the lock, so that the other calls go on.
  const kind = entry.tool.parallel === true ? 'read' : 'write'
  const once = (isFree: boolean) =>
    lock.run(kind, signal, () => {
      shown.start()
      return runBounded(call, input, isFree, dispatcher)
    })

  const outcome = await once(unconfined)
  const wasStopped = !unconfined && outcome.ok && entry.tool.isSandboxDenial?.(outcome.output) === true
  if (!wasStopped || gate.policy !== 'on-failure') return outcome
  const reason = `The sandbox seems to have stopped ${entry.directName}. Run it again without the sandbox?`
  try {
    await withClockPaused(call, () =>
      passQuestion(
        entry,
        toApprove(call, input, dispatcher),
        { reason, unconfined: true, sessionKeys: [] },
        gate,
        signal,
      ),
    )
  } catch (error) {
    if (!(error instanceof ApprovalDeniedError) || error.endsTurn) throw error
    return outcome
  }
  return await once(true)
}

/** A call that was not allowed never started; a host sees that there was one. */
function showDenied(call: DispatchCall, error: ApprovalDeniedError, dispatcher: Dispatcher): DispatchOutcome {
  const { entry, callId, input } = call
  const body = defaultView(entry, input).ended(input, { ok: false, message: error.message })
  dispatcher.show(callId, 'completed', body)
  return { ok: false, error, endsTurn: error.endsTurn }
}

/** A call's item, from its beginning to its end. */
class ShownCall {
  readonly #call: DispatchCall
  readonly #input: unknown
  readonly #dispatcher: Dispatcher
  readonly #view: ItemView<unknown, unknown>
  #hasStarted = false

  constructor(call: DispatchCall, input: unknown, dispatcher: Dispatcher) {
    this.#call = call
    this.#input = input
    this.#dispatcher = dispatcher
    this.#view = call.entry.tool.item ?? defaultView(call.entry, input)
  }

  /** The first time it runs. */
  start(): void {
    if (this.#hasStarted) return
    this.#hasStarted = true
    const item = this.#view.started(this.#input)
    if (item !== null) this.#dispatcher.show(this.#call.callId, 'started', item)
  }

  end(given: DispatchOutcome): DispatchOutcome {
    const outcome = withoutSecrets(given, this.#dispatcher.redactor)
    const item = this.#view.ended(
      this.#input,
      outcome.ok ? outcome : { ok: false, message: outcome.error.message },
    )
    if (item !== null) this.#dispatcher.show(this.#call.callId, 'completed', item)
    return outcome
  }
}

async function runBounded(
  call: DispatchCall,
  input: unknown,
  unconfined: boolean,
  dispatcher: Dispatcher,
): Promise<DispatchOutcome> {
  const { entry, callId, signal } = call
  const { tool, directName } = entry
  const timeout = tool.timeoutMs === undefined ? undefined : AbortSignal.timeout(tool.timeoutMs)
  const stop = timeout === undefined ? signal : AbortSignal.any([signal, timeout])
  const context = dispatcher.context({
    callId,
    signal: stop,
    unconfined,
    progress: (update) => {
      checkProgress(directName, update)
      if (update.type === 'output') dispatcher.delta(callId, update.text)
      else dispatcher.show(callId, isOver(update.item) ? 'completed' : 'updated', update.item)
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
  }
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

/** A tool author's mistake, said where it is made. */
function checkProgress(tool: string, update: unknown): void {
  const { type, text, item } = (typeof update === 'object' && update !== null ? update : {}) as Record<
    string,
    unknown
  >
  if ((type === 'output' && typeof text === 'string') || (type === 'item' && typeof item === 'object')) return
  throw new ToolError(
    `${tool} called progress() with something else than { type: 'output', text } or { type: 'item', item }.`,
  )
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
