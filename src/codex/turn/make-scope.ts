/** Joins the rooms for one turn: what the model is sent, and what its calls may touch. */

import { type FeatureSet, pinnedPrompt, placeTail } from '../../context/index.ts'
import { type ConversationHistory, heardBy, isUserPrompt } from '../../history/index.ts'
import type { Workspace } from '../../platform/workspace.ts'
import { messageOf } from '../../protocol/errors.ts'
import type { ThreadId } from '../../protocol/ids.ts'
import { isCall, type MessageItem, type ResponseItem } from '../../protocol/response-item.ts'
import type { ToolSpec } from '../../protocol/tool-spec.ts'
import type { ReadWriteLock } from '../../std/read-write-lock.ts'
import type { DocumentStore } from '../../stores/ports.ts'
import type { SessionApprovals } from '../../tools/approval.ts'
import type { Chat, ChatOptions } from '../../tools/chat.ts'
import type { Dispatcher } from '../../tools/dispatch.ts'
import { UserInputUnavailableError } from '../../tools/errors.ts'
import { redactOutput } from '../../tools/redact-output.ts'
import type { ThreadDocuments } from '../../tools/tool.ts'
import type { Approvals } from '../approvals.ts'
import { chat } from '../chat.ts'
import type { CommandHooks } from '../hooks/command-hooks.ts'
import type { Hooks } from '../options/options.ts'
import type { Runtime } from '../runtime.ts'
import { scriptEnvironment } from '../scripts/context.ts'
import type { ThreadScripts } from '../scripts/host.ts'
import { RecordedScript } from '../scripts/recorded-script.ts'
import { StandingAnswers } from '../standing-answers.ts'
import type { ThreadTasks } from '../tasks/thread-tasks.ts'
import type { ThreadBoard } from '../thread-board.ts'
import { threadDocuments } from '../thread-documents.ts'
import type { ThreadLog } from '../thread-log.ts'
import type { ActiveTurn } from './active-turn.ts'
import { compact } from './compact.ts'
import { finalResponse } from './end-turn.ts'
import type { OpenTurn } from './open-turn.ts'
import { redactItem } from './redact-item.ts'
import { count, countCost } from './run-turn.ts'
import { turnInstructions } from './turn-instructions.ts'
import type { TurnPlan } from './turn-plan.ts'
import type { ScriptCarrier, TurnScope } from './turn-scope.ts'
import { userMessage } from './user-message.ts'

export interface ScopeParts {
  readonly runtime: Runtime
  readonly threadId: ThreadId
  readonly turn: ActiveTurn
  readonly plan: TurnPlan
  /** What the turn was asked to do. */
  readonly prompt: MessageItem
  readonly workspace: Workspace
  readonly documents: DocumentStore
  readonly history: ConversationHistory
  readonly stored: Map<string, unknown>
  readonly log: ThreadLog
  readonly approvals: Approvals
  /** Of the turn before, when that was cut off. */
  readonly open: OpenTurn | null
  /** Whether this turn goes on with that one; otherwise what nobody answered counts as denied. */
  readonly goesOn: boolean
  readonly tasks: ThreadTasks
  readonly board: ThreadBoard
  /** Null where the host has named no programs. */
  readonly commandHooks: CommandHooks | null
  /** Everything that the model has to know of its surroundings, for a conversation that begins again. */
  readonly opening: () => readonly ResponseItem[]
  /** Called when that was told again. */
  readonly afterCompaction: () => void
  readonly features: FeatureSet
  readonly sessionApprovals: SessionApprovals
  readonly lock: ReadWriteLock
  /** Undefined in direct mode. */
  readonly scripts: ThreadScripts | undefined
}

export function makeScope(parts: ScopeParts): TurnScope {
  const { runtime, threadId, turn, plan, history, log, workspace } = parts
  const { model, tools } = plan
  const documents = threadDocuments(parts.documents, threadId, runtime.redactor)
  const dispatcher = makeDispatcher(parts, documents)
  const taskDispatcher: Dispatcher = {
    ...dispatcher,
    gate: {
      ...dispatcher.gate,
      async ask(asked, { signal }) {
        const request = redactOutput(asked, runtime.exactRedactor)
        turn.emit({ type: 'approval.requested', request })
        return await parts.approvals.ask(request, signal)
      },
    },
  }
  const carrier = parts.scripts?.carrierFor(plan) ?? null

  const { contextWindow, effectiveWindowPercent } = model.info
  const seen = () =>
    history.prepare({
      turnId: turn.turnId,
      budgetTokens: Math.floor((contextWindow * effectiveWindowPercent) / 100),
      signal: turn.signal,
    })

  const scope: TurnScope = {
    threadId,
    turnId: turn.turnId,
    turn,
    model,
    toolMode: plan.toolMode,
    workingDirectory: workspace.root,
    sandboxMode: workspace.sandboxMode,
    tools,
    specs: specsFor(plan, carrier),
    scripts: carrier,
    instructions: runtime.redactor.redact(turnInstructions(plan, carrier)),
    outputSchema: plan.outputSchema,
    dispatcher,
    taskDispatcher,
    tasks: parts.tasks,
    recordedScript: (scriptCallId) =>
      parts.open === null ? undefined : new RecordedScript(scriptCallId, parts.open),
    hasQuestion: (callId) => parts.open?.questions.some(({ request }) => request.callId === callId) ?? false,
    documents,
    limits: runtime.options.limits ?? {},
    stored: parts.stored,
    scriptEnvironment: scriptEnvironment(runtime),
    hooks: runtime.options.hooks ?? {},
    showsPreviews: parts.features.isOn('call_previews'),
    tracer: runtime.tracer,
    record(items) {
      const stamped = items.map(
        (item): ResponseItem => ({
          ...redactItem(item, runtime.redactor),
          ...(plan.agentId !== undefined && isOfAgent(item) && { agentId: plan.agentId }),
          turnId: turn.turnId,
        }),
      )
      const recorded = history.record(stamped, { truncation: model.truncation })
      log.add(...recorded.map((item) => ({ type: 'response_item' as const, item })))
    },
    async keep(record) {
      log.add(redactOutput(record, runtime.redactor))
      await log.settled()
    },
    async prompt(step) {
      const items = await seen()
      const pin = parts.features.isOn('prompt_pin')
        ? pinnedPrompt({ prompt: parts.prompt, step, position: plan.pinPrompt })
        : null
      const { board, notes } = parts.board.shown(items.length)
      const placed = placeTail({
        history: items,
        board,
        boardPosition: plan.boardPosition,
        notes,
        turnId: turn.turnId,
        isUserPrompt,
        pin,
        pinPosition: plan.pinPrompt,
      })
      return scope.heard(placed)
    },
    heard: (items) => heardBy(plan.agentId, items),
    isFull: () =>
      history.strategy.whenFull === 'compact' &&
      history.tokensInUse() >= model.info.autoCompactTokenLimit &&
      history
        .items()
        .some((item) => isFromModel(item) && (history.strategy.spansTurns || item.turnId === turn.turnId)),
    async compact(tally) {
      const { items, usage, costUsd } = await compact(await seen(), parts.opening(), scope)
      if (usage !== null) count(tally, usage)
      countCost(tally, costUsd)
      history.replace(items)
      parts.board.replaceNotes()
      log.add({ type: 'compacted', items: [...items] })
      parts.afterCompaction()
      await log.settled()
      turn.emit({ type: 'history.changed', reason: 'compacted' })
    },
    noteUsage: (usage) => history.noteUsage(usage),
    settled: () => log.settled(),
    steered: () => steered(parts),
    beforeEnd: async () => (await parts.commandHooks?.turnEnds(finalResponse(turn.items.items))) ?? [],
  }
  return scope
}

/** What the model made, or what was made of its calls. */
function isOfAgent(item: ResponseItem): boolean {
  return item.type !== 'message' || item.role === 'assistant'
}

/** What was said to the turn since the last look, without what a hook blocked, or nobody can read. */
async function steered({ turn, runtime, commandHooks }: ScopeParts): Promise<ResponseItem[]> {
  const items: ResponseItem[] = turn.takeTold()
  for (const { input, author } of turn.takeSteered()) {
    const message = await userMessage(input, runtime.doors.workingDirectory, author).catch(messageOf)
    if (typeof message === 'string') {
      turn.emit({ type: 'error', message: `What was steered could not be read: ${message}` })
      continue
    }
    const submitted = isUserPrompt(message) ? await commandHooks?.promptSubmitted(message) : undefined
    items.push(...(submitted?.contexts ?? []))
    if (submitted?.stop == null) items.push(message)
    else turn.emit({ type: 'error', message: `A hook blocked what was steered: ${submitted.stop.block}` })
  }
  return items
}

/** The host's functions come first; programs see what those made of the call. */
function callHooks(
  { beforeToolCall, afterToolCall }: Hooks,
  programs: CommandHooks | null,
): Pick<Dispatcher, 'beforeToolCall' | 'afterToolCall'> {
  if (programs === null && beforeToolCall === undefined && afterToolCall === undefined) return {}
  return {
    async beforeToolCall(call) {
      // Without types, null means nothing as well.
      const verdict = (await beforeToolCall?.(call)) ?? undefined
      if (programs === null || (verdict !== undefined && 'deny' in verdict)) return verdict
      const input = verdict === undefined ? call.input : verdict.input
      return (await programs.beforeToolCall({ ...call, input })) ?? verdict
    },
    async afterToolCall(call) {
      await afterToolCall?.(call)
      return await programs?.afterToolCall(call)
    },
  }
}

/** The call of `codex.chat()`, with the turn's model, and stopped with the call of the tool. */
function chatInTurn(runtime: Runtime, { model }: TurnPlan, stop: AbortSignal): Chat {
  // The schema's type is what the answer is checked against.
  return (async (options: ChatOptions) =>
    await chat(runtime, { model: model.slug, ...options }, stop)) as Chat
}

/** What a summary can take the place of. */
function isFromModel(item: ResponseItem): boolean {
  return isCall(item) || (item.type === 'message' && item.role === 'assistant')
}

/** What the model is told it can call. */
function specsFor({ tools, toolMode, model }: TurnPlan, carrier: ScriptCarrier | null): readonly ToolSpec[] {
  if (!model.toolCalls) return []
  const customTools = model.client.supportsCustomTools && model.info.customTools
  const direct = tools.specs({ customTools })
  if (carrier === null || toolMode === 'direct') return direct
  const directOnly = direct.filter(({ name }) => tools.direct(name)?.tool.callable === 'direct')
  const specs = [...carrier.specs, ...(toolMode === 'mixed' ? direct : directOnly)]
  return specs.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function makeDispatcher(parts: ScopeParts, documents: ThreadDocuments): Dispatcher {
  const { runtime, threadId, turn, plan, workspace, approvals, log } = parts
  const { commandHooks } = parts
  const { requestUserInput } = runtime.options
  const standing = new StandingAnswers(parts.open)
  const board = parts.board.forTools()
  return {
    gate: {
      policy: plan.approvalPolicy,
      rules: runtime.options.commandRules ?? {},
      session: parts.sessionApprovals,
      async ask(asked, { signal }) {
        const wanted = redactOutput(asked, runtime.exactRedactor)
        const before = standing.take(wanted)
        if (before?.answer !== undefined) {
          // Used up before the call begins: after another crash nobody knows how far it came.
          log.add({ type: 'approval_answered', id: before.request.id, answer: before.answer })
          await log.settled()
          return before.answer
        }
        if (before !== undefined && !parts.goesOn) {
          return { decision: 'denied', reason: 'nobody had answered when its process ended' }
        }
        const request = before === undefined ? wanted : { ...wanted, id: before.request.id }
        if (before === undefined) log.add({ type: 'approval_requested', request })
        // A question that a person may answer after this process must be kept before it is asked.
        await log.settled()
        turn.emit({ type: 'approval.requested', request })
        const answer = await approvals.ask(request, signal)
        log.add({ type: 'approval_answered', id: request.id, answer })
        // Of a script that outlived its turn the answer cannot be kept; it holds all the same.
        await log.settled().catch(() => {})
        return answer
      },
    },
    lock: parts.lock,
    redactor: runtime.redactor,
    tracer: runtime.tracer,
    ...callHooks(runtime.options.hooks ?? {}, commandHooks),
    context: ({ callId, signal, progress, unconfined }) => ({
      signal,
      workspace: unconfined ? workspace.unconfined : workspace,
      documents,
      board,
      progress,
      log: runtime.log,
      model: { readsImages: plan.model.info.readsImages, truncation: plan.model.truncation },
      requestUserInput: async (questions, { signal: stop }) => {
        if (requestUserInput === undefined) throw new UserInputUnavailableError()
        return await requestUserInput(
          { threadId, turnId: turn.turnId, callId, questions: [...questions] },
          { signal: stop },
        )
      },
      chat: chatInTurn(runtime, plan, signal),
      ids: { threadId, turnId: turn.turnId, callId },
    }),
    show: (key, state, body) => turn.items.show(key, state, body),
    delta: (key, text) => turn.items.openDelta(key, text),
  }
}
