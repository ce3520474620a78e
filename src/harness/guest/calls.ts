/** The guest's side of tool calls: the promise table and the `tools` tree. */

import type { EncodeOptions, GuestCodec } from './codec.ts'
import type { GuestMark, Realm } from './realm.ts'

export type GuestCalls = ReturnType<typeof makeCalls>

/** What the script did with a call's promise. */
export type CallAttention = 'none' | 'awaited' | 'chained' | 'combined'

/** A call as the script made it; with a task's id, one that is meant to outlive the script. */
export type GuestCall = readonly [id: number, path: string, tagged: 0 | 1, args: unknown, taskId?: string]

/** `[id, tagged, value]` when it went well, `[id, null, name, message, kind]` when not. */
export type SettledCall =
  | readonly [id: number, tagged: 0 | 1, value: unknown]
  | readonly [id: number, tagged: null, name: string, message: string, kind: GuestMark['kind']]

export interface CallLimits {
  readonly callsMax: number
  readonly tasksMax: number
  readonly argumentChars: number
  /** What the ids of this script's tasks begin with. */
  readonly taskPrefix: string
}

export interface CatalogueNames {
  readonly path: string
  readonly aliases?: readonly string[]
}

/** Sent to the guest as text: uses nothing from outside itself. */
export function makeCalls(realm: Realm, codec: GuestCodec, halt: (reason: string) => never) {
  const { create, defineProperty, freeze, keys } = realm

  interface PendingCall {
    readonly path: string
    readonly resolve: (value: unknown) => void
    readonly reject: (error: unknown) => void
    /** Made when the call was, so that its stack is the script's own. */
    readonly failure: Error
  }

  const pending: Record<number, PendingCall> = create(null)
  /** Calls whose promise nobody has looked at, or whose call is under way. */
  const attention: Record<number, CallAttention> = create(null)
  let pendingCount = 0
  let lastId = 0
  let callCount = 0
  let taskCount = 0
  let outbox = ''
  let limits: CallLimits = { callsMax: 0, tasksMax: 0, argumentChars: 0, taskPrefix: '' }
  let closed = false
  let unknownTool = ''
  const UNKNOWN_MAX = 5
  /** As JSON. */
  const unknownTools: Record<string, string> = create(null)
  let unknownCount = 0

  /** Once its call is settled, a promise that was looked at is nobody's concern. */
  const note = (id: number, seen: CallAttention): void => {
    if (attention[id] === undefined) return
    if (pending[id] === undefined) delete attention[id]
    else attention[id] = seen
  }

  const ids = new WeakMap<object, number>()
  const accessor = (get: (this: object) => unknown) => ({ __proto__: null, get }) as PropertyDescriptor

  /** `await` asks a promise for its constructor, `.then` for its then, and `Promise.all` for one after the other. */
  const watchedPrototype: object = freeze(
    create(realm.prototypes.promise, {
      constructor: accessor(function () {
        const id = realm.weakGet(ids, this) as number
        if (attention[id] === 'none') note(id, 'awaited')
        return realm.Promise
      }),
      // biome-ignore lint/suspicious/noThenProperty: it stands in the place of the promise's own.
      then: accessor(function () {
        const id = realm.weakGet(ids, this) as number
        if (attention[id] === 'none') note(id, 'chained')
        else if (attention[id] === 'awaited') note(id, 'combined')
        return realm.promiseThen
      }),
    }),
  )

  /** @param end Of the call's entry in the outbox: nothing, or a comma with more of it. */
  const send = (tool: ToolName, args: readonly unknown[], failure: Error, end: string): Promise<unknown> => {
    const { path, quoted, options } = tool
    const encoded = codec.encode(args, options())
    const id = ++lastId
    outbox += `${outbox === '' ? '' : ','}[${id},${quoted},${encoded.tagged ? 1 : 0},${encoded.text}${end}]`
    unknownTool = ''
    pendingCount++
    return new realm.Promise((resolve, reject) => {
      pending[id] = { path, resolve, reject, failure } as PendingCall
    })
  }

  const callTool = (tool: ToolName, args: readonly unknown[]): Promise<unknown> => {
    const failure = new realm.Error()
    if (closed) throw new realm.Error(`tools.${tool.path} was called after the script had ended.`)
    if (callCount >= limits.callsMax) halt('limit-calls')
    const promise = send(tool, args, failure, '')
    callCount++
    attention[lastId] = 'none'
    realm.setPrototypeOf(promise, watchedPrototype)
    realm.weakSet(ids, promise, lastId)
    return promise
  }

  /** A call that could not be made fails like any other: its promise rejects. */
  const startCall = (tool: ToolName, args: readonly unknown[]): Promise<unknown> => {
    try {
      return callTool(tool, args)
    } catch (error) {
      return new realm.Promise((_, reject) => reject(error))
    }
  }

  /** Gives what can be awaited without waiting: it has no `then`. As data it is its id. */
  const startTask = (tool: ToolName, args: readonly unknown[]): object => {
    const failure = new realm.Error()
    if (closed) throw new realm.Error(`tools.spawn.${tool.path} was called after the script had ended.`)
    if (taskCount >= limits.tasksMax) halt('limit-tasks')
    const id = `${limits.taskPrefix}${taskCount + 1}`
    const done = send(tool, args, failure, `,${realm.stringify(id)}`)
    taskCount++
    const task = create(null)
    defineProperty(task, 'id', { __proto__: null, value: id, enumerable: true } as PropertyDescriptor)
    defineProperty(task, 'done', { __proto__: null, value: done } as PropertyDescriptor)
    return freeze(task)
  }

  const settleOne = (settled: SettledCall): void => {
    const call = pending[settled[0]]
    if (call === undefined) return
    delete pending[settled[0]]
    pendingCount--
    if (attention[settled[0]] !== 'none') delete attention[settled[0]]

    if (settled[1] !== null) {
      call.resolve(codec.accept(settled[2], settled[1] === 1))
      return
    }
    const field = (name: string, value: string) =>
      defineProperty(call.failure, name, {
        __proto__: null,
        value,
        writable: true,
        configurable: true,
      } as PropertyDescriptor)
    field('name', settled[2])
    field('message', settled[3])
    realm.weakSet(realm.marks, call.failure, freeze({ __proto__: null, kind: settled[4], path: call.path }))
    call.reject(call.failure)
  }

  const settle = (batch: readonly SettledCall[]): void => {
    for (let index = 0; index < batch.length; index++) settleOne(batch[index] as SettledCall)
  }

  const noteUnknown = (path: string): void => {
    unknownTool = path
    if (unknownCount >= UNKNOWN_MAX || path.length > 200 || unknownTools[path] !== undefined) return
    unknownCount++
    unknownTools[path] = realm.stringify(path)
  }

  /** Asked for a name it does not have, it gives undefined, so that `?.` and typeof work; the name is kept for the error. */
  const guarded = (branch: object, path: string): object =>
    new realm.Proxy(
      branch,
      freeze({
        __proto__: null,
        get: (target: Record<string, unknown>, key: string | symbol) => {
          if (typeof key === 'symbol') return undefined
          const value = target[key]
          if (value === undefined && key !== 'then' && key !== 'toJSON') noteUnknown(path + key)
          return value
        },
      }) as ProxyHandler<object>,
    )

  /** What all calls of one tool have in common. */
  interface ToolName {
    readonly path: string
    /** As JSON. */
    readonly quoted: string
    readonly options: () => EncodeOptions
  }

  const toolName = (path: string): ToolName => {
    let options: EncodeOptions | undefined
    return {
      path,
      quoted: realm.stringify(path),
      options: () => {
        options ??= { name: `tools.${path} argument`, charsMax: limits.argumentChars, tooLarge: 'limit-args' }
        return options
      },
    }
  }

  /** Runs before the script: may use the language freely. */
  const buildTree = (catalogue: readonly CatalogueNames[], spawns: boolean): object => {
    type Draft = { [name: string]: Draft | ((...args: unknown[]) => unknown) }
    const root: Draft = Object.create(null)

    const place = (path: string, run: (...args: unknown[]) => unknown) => {
      const names = path.split('.')
      const last = names.pop() as string
      let branch = root
      for (const name of names) {
        branch[name] ??= Object.create(null) as Draft
        branch = branch[name] as Draft
      }
      branch[last] ??= run
    }
    for (const { path, aliases } of catalogue) {
      const name = toolName(path)
      const run = (...args: unknown[]) => startCall(name, args)
      for (const called of [path, ...(aliases ?? [])]) place(called, run)
    }
    if (spawns) {
      // After the tools themselves, so that spawn.list and its like stay what they are.
      for (const { path, aliases } of catalogue) {
        if (path.startsWith('spawn.')) continue
        const name = toolName(path)
        const run = (...args: unknown[]) => startTask(name, args)
        for (const called of [path, ...(aliases ?? [])]) place(`spawn.${called}`, run)
      }
    }

    const seal = (branch: Draft, path: string): object => {
      for (const name of Object.keys(branch)) {
        const child = branch[name] as Draft
        branch[name] = (typeof child === 'function' ? freeze(child) : seal(child, `${path}${name}.`)) as Draft
      }
      return guarded(freeze(branch), path)
    }
    return seal(root, '')
  }

  /** Calls made since the last time, as the items of a JSON array. */
  const takeOutbox = (): string => {
    const text = outbox
    outbox = ''
    return text
  }

  /** Calls that nobody awaited, or that are under way, as the script ends: `[id, attention]` pairs. */
  const takeUnattended = (): string => {
    closed = true
    const ids = keys(attention)
    let text = ''
    for (let index = 0; index < ids.length; index++) {
      text += `${index === 0 ? '' : ','}[${ids[index]},"${attention[ids[index] as unknown as number]}"]`
    }
    return `[${text}]`
  }

  /** Settled calls whose promise nobody ever looked at, as the items of a JSON array. */
  const unseen = (): string => {
    const ids = keys(attention)
    let text = ''
    for (let index = 0; index < ids.length; index++) {
      if (attention[ids[index] as unknown as number] === 'none')
        text += `${text === '' ? '' : ','}${ids[index]}`
    }
    return text
  }

  return {
    buildTree,
    settle,
    takeOutbox,
    takeUnattended,
    unseen,
    pendingCount: () => pendingCount,
    unknownTool: () => unknownTool,
    /** All of them, as the items of a JSON array. */
    unknownTools: (): string => {
      const paths = keys(unknownTools)
      let text = ''
      for (let index = 0; index < paths.length; index++)
        text += `${index === 0 ? '' : ','}${unknownTools[paths[index] as string]}`
      return text
    },
    limit: (next: CallLimits) => {
      limits = next
    },
  }
}
