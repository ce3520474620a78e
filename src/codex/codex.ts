/** The runtime: starts threads, resumes them, and looks after what they share. */

import path from 'node:path'
import { silentLog } from '../observability/log.ts'
import { redactedLog } from '../observability/redacted-log.ts'
import { redactedTracer } from '../observability/redacted-tracer.ts'
import { silentTracer } from '../observability/tracer.ts'
import type { EnvironmentPolicy } from '../platform/environment.ts'
import { OptionError } from '../protocol/errors.ts'
import type { ThreadId, TurnId } from '../protocol/ids.ts'
import { createRedactor } from '../std/redact.ts'
import { secretValuesIn } from '../std/secret-names.ts'
import { uuidV7 } from '../std/uuid.ts'
import type { ThreadSummary } from '../stores/ports.ts'
import type { ChatData, ChatOptions, ChatResult } from '../tools/chat.ts'
import type { Pack } from '../tools/pack.ts'
import type { OutputOf, Schema } from '../tools/schema.ts'
import type { ToolSet } from '../tools/tool-set.ts'
import type { Doors } from './doors.ts'
import { ThreadBusyError } from './errors.ts'
import type { OneShotOptions, OneShotResult } from './one-shot.ts'
import {
  checkCodexOptions,
  checkPacks,
  checkThreadOptions,
  IGNORED_OPTIONS,
} from './options/check-options.ts'
import type { CodexOptions, ImportedRollout, RolloutImportOptions, ThreadOptions } from './options/options.ts'
import { readSdkConfig, type SdkConfig } from './options/sdk-config.ts'
import type { RolloutSurroundings } from './rollout/index.ts'
import type { Runtime } from './runtime.ts'
import { Thread, type ThreadHome } from './thread.ts'

const DEFAULT_PACKS = ['core-codex', 'file-cabinet']

/** A host's threads, those of other processes included. */
export interface Threads {
  /** Newest first. */
  list(options?: { readonly archived?: boolean }): Promise<ThreadSummary[]>
  /** @throws {ThreadBusyError} A turn of this `Codex` runs on it. {ThreadInUseError} One of another process does. */
  archive(id: string): Promise<void>
  unarchive(id: string): Promise<void>
  /** Its documents go with it. Deleting what is not there is no error. */
  delete(id: string): Promise<void>
  /**
   * Take in a thread that Codex keeps as a file, with its id.
   *
   * @param file One of Codex's, such as `~/.codex/sessions/2026/11/22/rollout-….jsonl`.
   * @throws {RolloutDamagedError} Names the line that cannot be meant; nothing was imported.
   * @throws {ThreadExistsError} A thread of that id is here already: see `newId`.
   */
  importRollout(file: string, options?: RolloutImportOptions): Promise<ImportedRollout>
  /**
   * Give a thread to Codex: `codex exec resume ID` goes on with it.
   *
   * @param codexHome Codex's home folder, such as `~/.codex`, written out.
   * @returns The file that was written, absolute.
   * @throws {OptionError} Codex has a thread of that id already.
   */
  exportRollout(id: string, codexHome: string): Promise<string>
}

/**
 * An agent runtime, without its defaults: the front door's `Codex` adds those.
 *
 * Making one starts nothing and reads nothing. Dispose it (`await using`) to stop its turns, end its processes and let
 * go of its files.
 */
export class CodexRuntime implements AsyncDisposable {
  readonly #runtime: Runtime
  readonly #home: ThreadHome
  readonly #open = new Map<ThreadId, Thread>()
  readonly #closers: (() => Promise<void>)[] = []
  readonly #threadDefaults: ThreadOptions
  readonly #chats = new Set<Promise<unknown>>()
  readonly #closing = new AbortController()
  #isClosed = false

  /**
   * @throws {OptionError} An option that cannot be meant; its name is in `error.option`.
   * @internal
   */
  constructor(options: CodexOptions, doors: Doors) {
    checkCodexOptions(options)
    const sdk = readSdkConfig(options, doors.environment)
    checkThreadOptions(sdk.thread)
    checkPacks(options.packs ?? DEFAULT_PACKS, doors.packSlugs)
    this.#threadDefaults = sdk.thread
    this.#runtime = this.#makeRuntime(options, doors, sdk)
    this.#home = this.#makeHome()
    for (const name of IGNORED_OPTIONS) {
      if (options[name] !== undefined)
        this.#runtime.log.warn(`The option ${name} concerns Codex's binary; it is ignored.`)
    }
  }

  /** A new thread; it is stored from its first run on. @throws {OptionError} */
  startThread(options: ThreadOptions = {}): Thread {
    this.#checkThread(options)
    const id = uuidV7(this.#runtime.doors.clock.now()) as ThreadId
    return this.#keep(new Thread(this.#home, id, { ...this.#threadDefaults, ...options }, true))
  }

  /**
   * A thread that was run before, here or in another process. It is read at its next run, which is also where a thread
   * that is missing or damaged is told of.
   *
   * @param options May differ from those it was started with.
   * @throws {OptionError}
   */
  resumeThread(id: string, options: ThreadOptions = {}): Thread {
    this.#checkThread(options)
    return this.#resume(threadId(id), options)
  }

  /**
   * Work in wake-ups: turns without history that share three files, until the model says that the work is done.
   *
   * @throws {OptionError} An option that cannot be meant, or `specification` or `tasks` is not there. Otherwise as
   *   `thread.run()`: a wake-up that fails ends the call, and the same call made again goes on from the files.
   */
  async runOneShot(options: OneShotOptions): Promise<OneShotResult> {
    const { checkOneShot, runOneShot } = await import('./one-shot.ts')
    await checkOneShot(options, this.#runtime.doors.workingDirectory)
    return await runOneShot(options, this.#runtime.doors.workingDirectory, (thread) =>
      this.startThread(thread),
    )
  }

  /**
   * One call to a model outside any thread: no tools, no history but what is handed in, nothing kept.
   *
   * It is retried, and falls back to other models, as a turn's requests are.
   *
   * @throws {OptionError} Options that cannot be meant, or nobody to ask for the model. {ModelError} The provider failed.
   *   {TurnAbortedError} It was stopped. {OutputSchemaError} The answer does not fit `schema`; `turn.finalResponse` is
   *   the answer. In both `turn` is what there is of the call, with no `threadId`.
   */
  chat<S extends Schema<unknown>>(
    options: ChatOptions & { readonly schema: S },
  ): Promise<ChatData<OutputOf<S>>>
  chat(options: ChatOptions): Promise<ChatResult>
  async chat(options: ChatOptions): Promise<ChatResult> {
    if (this.#isClosed) throw new OptionError('codex', 'is closed; make a new one.')
    const { chat } = await import('./chat.ts')
    const answer = chat(this.#runtime, options, this.#closing.signal)
    const ended = answer.catch(() => {}).finally(() => this.#chats.delete(ended))
    this.#chats.add(ended)
    return await answer
  }

  get threads(): Threads {
    const threads = async () => (await this.#runtime.store()).threads
    return {
      list: async (options) => await (await threads()).list(options ?? undefined),
      archive: async (id) => {
        // The store would blame a writer that nobody can name.
        if (this.#open.get(threadId(id))?.isBusy === true) throw new ThreadBusyError(id)
        await (await threads()).archive(threadId(id))
      },
      unarchive: async (id) => await (await threads()).unarchive(threadId(id)),
      delete: async (id) => {
        await this.#open.get(threadId(id))?.close()
        const { documents } = await this.#runtime.store()
        for (const { fileKey } of await documents.list({ owner: id })) await documents.delete(fileKey)
        await (await threads()).delete(id as ThreadId)
      },
      importRollout: async (file, options = {}) => {
        const { importRollout } = await import('./rollout/index.ts')
        return await importRollout(await this.#rolloutSurroundings(), file, options)
      },
      exportRollout: async (id, codexHome) => {
        const { exportRollout } = await import('./rollout/index.ts')
        return await exportRollout(await this.#rolloutSurroundings(), id, codexHome)
      },
    }
  }

  /** Closes every thread, then what they shared. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#closing.abort()
    await Promise.all([...this.#chats, ...[...this.#open.values()].map((thread) => thread.close())])
    for (const close of this.#closers.splice(0).reverse()) await close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #rolloutSurroundings(): Promise<RolloutSurroundings> {
    const { doors, redactor, store } = this.#runtime
    const { threads } = await store()
    return { threads, redactor, now: doors.clock.now(), workingDirectory: doors.workingDirectory }
  }

  #checkThread(options: ThreadOptions): void {
    checkThreadOptions(options)
    checkPacks(options.packs ?? [], this.#runtime.doors.packSlugs)
  }

  #resume(id: ThreadId, options: ThreadOptions): Thread {
    const open = this.#open.get(id)
    if (open === undefined)
      return this.#keep(new Thread(this.#home, id, { ...this.#threadDefaults, ...options }, false))
    open.change(options)
    return open
  }

  #keep(thread: Thread): Thread {
    if (this.#isClosed) throw new OptionError('codex', 'is closed; make a new one.')
    this.#open.set(thread.id, thread)
    return thread
  }

  #makeRuntime(options: CodexOptions, doors: Doors, sdk: SdkConfig): Runtime {
    const store = once(async () => {
      if (options.store !== undefined) return options.store
      const opened = await doors.openStore()
      this.#closers.push(async () => await opened[Symbol.asyncDispose]())
      return opened
    })
    const packs = options.packs ?? DEFAULT_PACKS
    const secrets = secretsIn(options, sdk, doors)
    const redactor = createRedactor(secrets)
    const log = redactedLog(options.log ?? silentLog, redactor)
    const models = once(async () => {
      const { Models } = await import('./models.ts')
      return new Models(options, sdk, doors, log)
    })
    return {
      options,
      doors,
      defaultModel: options.model ?? sdk.model,
      environmentPolicy: environmentPolicy(options, sdk),
      log,
      tracer: options.tracer === undefined ? silentTracer : redactedTracer(options.tracer, redactor),
      redactor,
      exactRedactor: createRedactor(secrets, { shapes: false }),
      store,
      tools: toolsOf(packs, doors, options.requestUserInput !== undefined),
      scripts: once(async () => {
        const { ScriptHost } = await import('./scripts/host.ts')
        const host = new ScriptHost(options.limits?.script, log)
        this.#closers.push(() => host[Symbol.asyncDispose]())
        return host
      }),
      model: async (slug, threadOptions, threadId) => (await models()).resolve(slug, threadOptions, threadId),
    }
  }

  #makeHome(): ThreadHome {
    const { doors, options } = this.#runtime
    return {
      approve: options.approve,
      log: this.#runtime.log,
      redactor: this.#runtime.redactor,
      newTurnId: () => uuidV7(doors.clock.now()) as TurnId,
      openSession: async (id, isNew) => {
        const { Session } = await sessionModule()
        return await Session.open(this.#runtime, id, isNew)
      },
      forkRecords: (id, own) => this.#forkRecords(id, own),
      adopt: (id, threadOptions) => this.#resume(id, threadOptions),
      forget: (thread) => {
        this.#open.delete(thread.id)
      },
    }
  }

  async #forkRecords(id: ThreadId, own: ThreadOptions): Promise<ThreadId> {
    const { doors, store } = this.#runtime
    const { threads } = await store()
    const records = await threads.read(id)
    const now = doors.clock.now()
    const forked = uuidV7(now) as ThreadId
    const [first, ...rest] = records
    if (first?.type !== 'thread_meta') throw new OptionError('fork', `thread ${id} has not been run yet.`)
    const { model, agentId, threadSource, workingDirectory } = own
    await using writer = await threads.create({
      ...first.meta,
      id: forked,
      createdAt: now,
      forkedFrom: id,
      // Whoever resumes it elsewhere knows of its options only what stands here.
      ...(model === undefined ? {} : { model }),
      ...(agentId === undefined ? {} : { agentId }),
      ...(threadSource === undefined ? {} : { source: threadSource }),
      ...(workingDirectory === undefined
        ? {}
        : { workingDirectory: path.resolve(doors.workingDirectory, workingDirectory) }),
    })
    // An answer that waits for its call holds for one thread alone.
    await writer.append(rest.filter((record) => record.type !== 'approval_answered' || !record.isStanding))
    return forked
  }
}

/** @throws {OptionError} */
function threadId(id: unknown): ThreadId {
  if (typeof id !== 'string' || id === '') throw new OptionError('id', 'must be the id of a thread.')
  return id as ThreadId
}

/** Of the options what is a key, or is called one, and what of the environment looks like a secret. */
function secretsIn(options: CodexOptions, sdk: SdkConfig, doors: Doors): string[] {
  const providers = [...Object.values(sdk.providers), ...Object.values(options.providers ?? {})]
  return [
    ...providers.flatMap(({ apiKey }) => (apiKey === undefined ? [] : [apiKey])),
    ...providers.flatMap(({ headers = {}, query = {} }) => [
      ...secretValuesIn(headers).map(withoutScheme),
      ...secretValuesIn(query),
    ]),
    ...providers.flatMap(({ baseUrl }) => (baseUrl === undefined ? [] : secretsInAddress(baseUrl))),
    ...secretValuesIn(options.shellEnvironmentPolicy?.set ?? {}),
    ...secretValuesIn(sdk.shellEnvironmentPolicy?.set ?? {}),
    ...secretValuesIn(doors.environment),
  ]
}

/** Of `Bearer x` the `x`: a server may repeat one without the other. */
const withoutScheme = (value: string) => value.replace(/^(?:Bearer|Basic)\s+/i, '')

function secretsInAddress(address: string): string[] {
  if (!URL.canParse(address)) return []
  const { password, searchParams } = new URL(address)
  return [decodeURIComponent(password), ...secretValuesIn(Object.fromEntries(searchParams))]
}

/** Variables that the host names are meant for commands too; those that look like secrets still stay out. */
function environmentPolicy({ env, shellEnvironmentPolicy }: CodexOptions, sdk: SdkConfig): EnvironmentPolicy {
  const policy = shellEnvironmentPolicy ?? sdk.shellEnvironmentPolicy
  return env === undefined ? { ...policy } : { inherit: 'all', ...policy }
}

/** Loads each selection of packs once. */
function toolsOf(
  packs: readonly (string | Pack)[],
  doors: Doors,
  hasUser: boolean,
): (ofThread?: readonly (string | Pack)[]) => Promise<ToolSet> {
  const common = once(() => loadTools(packs, doors, hasUser))
  const loaded = new WeakMap<readonly (string | Pack)[], () => Promise<ToolSet>>()
  return (ofThread = []) => {
    if (ofThread.length === 0) return common()
    const known = loaded.get(ofThread) ?? once(() => loadTools([...packs, ...ofThread], doors, hasUser))
    loaded.set(ofThread, known)
    return known()
  }
}

async function loadTools(
  packs: readonly (string | Pack)[],
  doors: Doors,
  hasUser: boolean,
): Promise<ToolSet> {
  const [{ ToolSet }, { definePack }, { compileSchema }] = await toolModules()
  const loaded = await Promise.all(
    packs.map((pack) => (typeof pack === 'string' ? doors.loadPack(pack) : pack)),
  )
  const set = new ToolSet(loaded.map(definePack), { lacks: hasUser ? [] : ['user-input'] })
  for (const { tool, pack } of set.tools) {
    await compileSchema(`pack ${pack.slug}, tool ${tool.name}, input`, tool.input)
    if (tool.output !== undefined)
      await compileSchema(`pack ${pack.slug}, tool ${tool.name}, output`, tool.output)
  }
  return set
}

// Even a module that is loaded already takes a tenth of a millisecond to be imported again.
const sessionModule = once(() => import('./session.ts'))
const toolModules = once(() =>
  Promise.all([import('../tools/tool-set.ts'), import('../tools/pack.ts'), import('../tools/schema.ts')]),
)

/** The first call's promise for all; one that fails is tried again by the next call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
