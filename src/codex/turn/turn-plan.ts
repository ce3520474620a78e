/** What a turn's options come to, decided before anything happens. */

import path from 'node:path'
import { type BoardPosition, defaultPinPosition, type PinPosition } from '../../context/index.ts'
import { existsOnHost } from '../../platform/host-files.ts'
import type { WorkspaceOptions } from '../../platform/open-workspace.ts'
import { requireSandbox } from '../../platform/sandbox.ts'
import { OptionError } from '../../protocol/errors.ts'
import type { ThreadId } from '../../protocol/ids.ts'
import type { JsonSchema } from '../../protocol/json.ts'
import type { ApprovalPolicy, ToolMode } from '../../protocol/modes.ts'
import type { ThreadMeta } from '../../protocol/thread-record.ts'
import type { Store } from '../../stores/ports.ts'
import { compileSchema, isStandardSchema, type Schema, toJsonSchema } from '../../tools/schema.ts'
import type { ToolSet } from '../../tools/tool-set.ts'
import type { HistoryName, ThreadOptions, TurnOptions } from '../options/options.ts'
import type { Runtime } from '../runtime.ts'
import { needsPrice } from './cost-limit.ts'
import type { TurnModel } from './turn-scope.ts'

export interface TurnPlan {
  readonly model: TurnModel
  readonly toolMode: ToolMode
  readonly tools: ToolSet
  readonly workspace: WorkspaceOptions
  readonly approvalPolicy: ApprovalPolicy
  readonly outputSchema: JsonSchema | undefined
  readonly pinPrompt: PinPosition
  readonly boardPosition: BoardPosition
  /** Who the model speaks for. */
  readonly agentId: string | undefined
  readonly history: HistoryName
  /** What the developer says to the model, part by part. */
  readonly developerTexts: readonly string[]
}

/**
 * @param meta What the thread was started with; undefined for one that has not been run.
 * @throws {OptionError} Nobody can run this turn as it is asked for; names the option.
 */
export async function planTurn(
  runtime: Runtime,
  threadId: ThreadId,
  meta: ThreadMeta | undefined,
  thread: ThreadOptions,
  turn: TurnOptions,
): Promise<TurnPlan> {
  const slug = turn.model ?? thread.model ?? meta?.model ?? runtime.defaultModel
  if (slug === undefined) {
    throw new OptionError(
      'model',
      'is missing. Pass it to the Codex, the thread or the run, or set CODEX_TS_MODEL.',
    )
  }
  if (thread.sandboxMode !== undefined) await requireSandbox(thread.sandboxMode)
  const workspace = workspaceOptions(runtime, await placesOf(await runtime.store()), meta, thread)
  const [model, tools] = await Promise.all([
    runtime.model(slug, thread, threadId),
    runtime.tools(thread.packs),
  ])
  needsPrice(model, runtime.options.limits)
  const toolMode = thread.toolMode ?? 'script'
  return {
    model,
    toolMode,
    tools,
    workspace,
    approvalPolicy: thread.approvalPolicy ?? (runtime.options.approve === undefined ? 'never' : 'on-request'),
    outputSchema:
      turn.outputSchema === undefined
        ? undefined
        : await answerSchema('outputSchema', turn.outputSchema as Schema<unknown>),
    pinPrompt: thread.pinPrompt ?? defaultPinPosition(toolMode),
    boardPosition: thread.boardPosition ?? 'tail',
    agentId: thread.agentId ?? meta?.agentId,
    history: thread.history ?? 'regular',
    developerTexts: [
      ...(thread.developerInstructions === undefined ? [] : [thread.developerInstructions]),
      ...tools.packs.flatMap(({ instructions }) => (instructions === undefined ? [] : [instructions.trim()])),
    ],
  }
}

/**
 * What a provider is told of the shape of an answer.
 *
 * @throws {OptionError} Nobody could say whether an answer fits it: that is better known before one is paid for.
 */
export async function answerSchema(option: string, schema: Schema<unknown>): Promise<JsonSchema> {
  const document = answerDocument(option, schema)
  await compileSchema(option, schema)
  return document
}

/**
 * The model writes what the schema takes. Where that differs from what it gives in nothing but defaults, the latter is
 * told: it leaves nothing open.
 */
function answerDocument(option: string, schema: Schema<unknown>): JsonSchema {
  if (!isStandardSchema(schema)) return schema
  const taken = documentOf(option, schema, 'input')
  const given = documentOf(option, schema, 'output')
  if (taken instanceof OptionError && given instanceof OptionError) throw given
  if (given instanceof OptionError) return taken as JsonSchema
  return taken instanceof OptionError || shapeOf(taken) === shapeOf(given) ? given : taken
}

function documentOf(
  option: string,
  schema: Schema<unknown>,
  side: 'input' | 'output',
): JsonSchema | OptionError {
  try {
    return toJsonSchema(option, schema, side)
  } catch (error) {
    if (error instanceof OptionError) return error
    throw error
  }
}

/** Without what the two sides of one schema differ in by their defaults alone. */
function shapeOf(document: JsonSchema): string {
  return JSON.stringify(document, (word, value: unknown) =>
    word === 'default' ||
    (word === 'required' && Array.isArray(value)) ||
    (word === 'additionalProperties' && value === false)
      ? undefined
      : value,
  )
}

/** A place that is not there yet may become a file, in whose stead nothing else must stand meanwhile. */
async function placesOf({ places = [] }: Store): Promise<string[]> {
  const isThere = await Promise.all(places.map(existsOnHost))
  return places.filter((_, index) => isThere[index])
}

function workspaceOptions(
  runtime: Runtime,
  places: readonly string[],
  meta: ThreadMeta | undefined,
  thread: ThreadOptions,
): WorkspaceOptions {
  const { sandboxMode } = thread
  return {
    workingDirectory: thread.workingDirectory ?? meta?.workingDirectory ?? runtime.doors.workingDirectory,
    additionalDirectories: thread.additionalDirectories ?? [],
    sandboxMode: sandboxMode ?? 'read-only',
    sandboxRequested: sandboxMode !== undefined,
    environment: runtime.doors.environment,
    environmentPolicy: runtime.environmentPolicy,
    networkAccess: thread.networkAccessEnabled ?? false,
    protectedPaths: [runtime.doors.home, ...places],
    readableDirectories: [
      path.join(runtime.doors.userHome, '.agents', 'skills'),
      path.join(runtime.doors.home, 'skills'),
    ],
    clock: runtime.doors.clock,
  }
}
