/** The harness's own door: scripts with packs by slug, or with plain functions, without an agent. */

import { APPROVAL_POLICY, checkPacks, SANDBOX_MODE } from './codex/options/check-options.ts'
import {
  type Check,
  checkRecord,
  count,
  methods,
  nonEmpty,
  packList,
  record,
} from './codex/options/option-checks.ts'
import { runTool, scriptTools } from './codex/scripts/calls.ts'
import { ThreadBoard } from './codex/thread-board.ts'
import { threadDocuments } from './codex/thread-documents.ts'
import {
  type ScriptCall,
  ScriptEngine,
  type ScriptEvent,
  type ScriptLimits,
  type ScriptResult,
  type ScriptTask,
  type ScriptTools,
  TaskSet,
  type ToolTree,
  toolsFromTree,
} from './harness/index.ts'
import { type Log, silentLog } from './observability/log.ts'
import { silentTracer } from './observability/tracer.ts'
import { openDoors } from './open-doors.ts'
import { openWorkspace } from './platform/open-workspace.ts'
import { requireSandbox } from './platform/sandbox.ts'
import type { Workspace } from './platform/workspace.ts'
import type { ApprovalDecision, ApprovalRequest } from './protocol/approval.ts'
import { messageOf, OptionError, ToolError } from './protocol/errors.ts'
import type { ThreadId, TurnId } from './protocol/ids.ts'
import type { JsonObject } from './protocol/json.ts'
import type { ApprovalPolicy, SandboxMode } from './protocol/modes.ts'
import { ReadWriteLock } from './std/read-write-lock.ts'
import { createRedactor } from './std/redact.ts'
import { secretValuesIn } from './std/secret-names.ts'
import { uuidV7 } from './std/uuid.ts'
import { memoryStore } from './stores/memory/index.ts'
import { SessionApprovals } from './tools/approval.ts'
import type { Dispatcher } from './tools/dispatch.ts'
import { ChatUnavailableError, UserInputUnavailableError } from './tools/errors.ts'
import { definePack, type Pack } from './tools/pack.ts'
import { ToolSet } from './tools/tool-set.ts'

export type { ScriptEvent, ScriptLimits, ScriptResult, ToolTree } from './harness/index.ts'
export { DEFAULT_LIMITS } from './harness/index.ts'

export interface ScriptRunnerOptions {
  /** Packs, or slugs of those that ship. Default none. */
  readonly packs?: readonly (string | Pack)[]
  /** Plain async functions, nested as they are called. They get `(argument, { signal })`; nobody is asked for them. */
  readonly tools?: ToolTree
  readonly limits?: Partial<ScriptLimits>
  /** Workers kept ready. Default two, or one on a machine with one core. */
  readonly poolSize?: number
  /** Where the packs work. Default: the current directory when the runner was made. */
  readonly workingDirectory?: string
  /** Default `read-only`. */
  readonly sandboxMode?: SandboxMode
  /** Default `never`, or `on-request` for runs that bring `approve`. */
  readonly approvalPolicy?: ApprovalPolicy
  readonly log?: Log
}

export interface ScriptRunOptions {
  readonly signal?: AbortSignal
  /** What the script finds as `context`; JSON. */
  readonly context?: JsonObject
  /** Answers questions about calls; without it every question is answered with no. */
  readonly approve?: (
    request: ApprovalRequest,
    options: { signal: AbortSignal },
  ) => Promise<ApprovalDecision> | ApprovalDecision
  /** Over those of the runner. */
  readonly limits?: Partial<ScriptLimits>
  readonly onEvent?: (event: ScriptEvent) => void
}

interface PackTools {
  readonly set: ToolSet
  readonly workspace: Workspace
}

/**
 * Runs scripts in sandboxes on a pool of workers.
 *
 * Workers start with the first run, are kept for the next, and do not keep the process alive. Dispose it
 * (`await using`) to end them.
 *
 * @throws {OptionError} An option that cannot be meant.
 */
export class ScriptRunner implements AsyncDisposable {
  readonly #options: ScriptRunnerOptions
  readonly #doors = openDoors({})
  readonly #engine: ScriptEngine
  readonly #tasks = new TaskSet()
  readonly #tree: ScriptTools
  readonly #lock = new ReadWriteLock()
  readonly #redactor = createRedactor(secretValuesIn(this.#doors.environment))
  readonly #documents = memoryStore().documents
  readonly #sessionApprovals = new SessionApprovals()
  #packTools: Promise<PackTools> | undefined
  #merged: ScriptTools['entries'] | undefined

  constructor(options: ScriptRunnerOptions = {}) {
    checkOptions(options, this.#doors.packSlugs)
    const { limits, poolSize, log } = options
    this.#options = options
    this.#engine = new ScriptEngine({
      ...(limits === undefined ? {} : { limits }),
      ...(poolSize === undefined ? {} : { poolSize }),
      ...(log === undefined ? {} : { log }),
    })
    this.#tree = toolsFromTree(options.tools ?? {}, { tasks: this.#tasks })
  }

  /** Starts the workers, so that the first script finds one ready. */
  async warm(): Promise<void> {
    await this.#engine.warm()
  }

  /**
   * Runs one script to its end.
   *
   * @param source TypeScript or JavaScript: the body of an async function.
   * @returns Also for everything a script did wrong: `ok` tells.
   * @throws {OptionError} A limit, a working directory or a pack that cannot be meant, or a sandbox mode that cannot be kept.
   */
  async run(source: string, options: ScriptRunOptions = {}): Promise<ScriptResult> {
    if (typeof source !== 'string')
      throw new OptionError('source', 'must be a string of TypeScript or JavaScript.')
    const { signal, context, limits, onEvent } = options
    checkContext(context)
    return await this.#engine.run(source, {
      tools: await this.#toolsFor(options),
      ...(signal === undefined ? {} : { signal }),
      ...(context === undefined ? {} : { context }),
      ...(limits === undefined ? {} : { limits }),
      ...(onEvent === undefined ? {} : { onEvent }),
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tasks[Symbol.asyncDispose]()
    await this.#engine[Symbol.asyncDispose]()
    const opened = await this.#packTools?.catch(() => undefined)
    await opened?.workspace[Symbol.asyncDispose]()
    await this.#documents[Symbol.asyncDispose]()
  }

  async #toolsFor(options: ScriptRunOptions): Promise<ScriptTools> {
    const { packs = [] } = this.#options
    if (packs.length === 0) return this.#tree
    this.#packTools ??= this.#open(packs)
    this.#packTools.catch(() => {
      this.#packTools = undefined
    })
    const { set, workspace } = await this.#packTools
    return this.#join(this.#toolsOf(set, this.#dispatcher(workspace, options)), this.#tree)
  }

  #toolsOf(set: ToolSet, dispatcher: Dispatcher): ScriptTools {
    const tasks = this.#tasks
    return scriptTools(set, dispatcher, {
      start: (args, { taskId, path }) =>
        tasks.start(taskId, path, (signal) =>
          runTool(set, args, path, { callId: taskId, signal }, dispatcher),
        ),
      list: () => tasks.list(),
      get: (id) => tasks.get(id) ?? unknownTask(id),
      cancel: async (id) => (await tasks.cancel(id)) ?? unknownTask(id),
    })
  }

  /** A host's own functions come first: what they shadow of a pack is theirs. */
  #join(packs: ScriptTools, tree: ScriptTools): ScriptTools {
    const own = new Set(tree.entries.map(({ path }) => path))
    this.#merged ??= [...tree.entries, ...packs.entries.filter(({ path }) => !own.has(path))]
    return {
      entries: this.#merged,
      call: (args: readonly unknown[], call: ScriptCall) =>
        (own.has(call.path) ? tree : packs).call(args, call),
      spawn: async (args: readonly unknown[], task: ScriptTask) =>
        await (own.has(task.path) ? tree : packs).spawn?.(args, task),
    }
  }

  async #open(packs: readonly (string | Pack)[]): Promise<PackTools> {
    const loaded = await Promise.all(
      packs.map((pack) => (typeof pack === 'string' ? this.#doors.loadPack(pack) : pack)),
    )
    const { workingDirectory = this.#doors.workingDirectory, sandboxMode } = this.#options
    if (sandboxMode !== undefined) await requireSandbox(sandboxMode)
    const workspace = await openWorkspace({
      workingDirectory,
      sandboxMode: sandboxMode ?? 'read-only',
      sandboxRequested: sandboxMode !== undefined,
      environment: this.#doors.environment,
      protectedPaths: [this.#doors.home],
      clock: this.#doors.clock,
    })
    return { set: new ToolSet(loaded.map(definePack)), workspace }
  }

  #dispatcher(workspace: Workspace, { approve }: ScriptRunOptions): Dispatcher {
    const now = this.#doors.clock.now()
    const ids = { threadId: uuidV7(now) as ThreadId, turnId: uuidV7(now) as TurnId }
    const { approvalPolicy, log = silentLog } = this.#options
    const documents = threadDocuments(this.#documents, ids.threadId, this.#redactor)
    // No model looks at it, but tools that use it run here too.
    const board = new ThreadBoard(this.#redactor).forTools()
    return {
      gate: {
        policy: approvalPolicy ?? (approve === undefined ? 'never' : 'on-request'),
        rules: {},
        session: this.#sessionApprovals,
        ask: async (request, asked) =>
          approve === undefined
            ? { decision: 'denied', reason: 'nobody is there to ask' }
            : await approve(request, asked),
      },
      lock: this.#lock,
      redactor: this.#redactor,
      tracer: silentTracer,
      context: ({ callId, signal, progress, unconfined }) => ({
        signal,
        workspace: unconfined ? workspace.unconfined : workspace,
        documents,
        board,
        progress,
        log,
        requestUserInput: async () => {
          throw new UserInputUnavailableError()
        },
        chat: async () => {
          throw new ChatUnavailableError()
        },
        ids: { ...ids, callId },
      }),
      show: () => {},
      delta: () => {},
    }
  }
}

function unknownTask(id: string): never {
  throw new ToolError(`There is no task ${id}. tools.spawn.list() names those there are.`)
}

const CHECKS: Record<keyof ScriptRunnerOptions, Check> = {
  packs: packList,
  tools: record,
  limits: record,
  poolSize: count,
  workingDirectory: nonEmpty,
  sandboxMode: SANDBOX_MODE,
  approvalPolicy: APPROVAL_POLICY,
  log: methods('debug', 'info', 'warn', 'error'),
}

function checkOptions(options: ScriptRunnerOptions, slugs: readonly string[]): void {
  checkRecord('', options, CHECKS)
  checkPacks(options.packs ?? [], slugs)
}

function checkContext(context: unknown): void {
  try {
    JSON.stringify(context)
  } catch (error) {
    throw new OptionError('context', `must be JSON: ${messageOf(error)}`, { cause: error })
  }
}
