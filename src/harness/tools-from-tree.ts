/** Plain functions as tools of a script. */

import { OptionError, ToolError } from '../protocol/errors.ts'
import type { ScriptToolEntry, ScriptTools } from './script-tools.ts'
import type { TaskSet } from './task-set.ts'

export interface TreeCall {
  readonly signal: AbortSignal
}

// biome-ignore lint/suspicious/noExplicitAny: a host's functions name their own argument types.
export type ToolFunction = (argument: any, call: TreeCall) => unknown

export interface ToolTree {
  readonly [name: string]: ToolFunction | ToolTree
}

function* functionsIn(tree: ToolTree, prefix: string): Generator<[path: string, run: ToolFunction]> {
  for (const [name, node] of Object.entries(tree)) {
    if (typeof node === 'function') yield [prefix + name, node]
    else if (typeof node === 'object' && node !== null) yield* functionsIn(node, `${prefix}${name}.`)
    else throw new OptionError(`tools.${prefix}${name}`, 'must be a function, or an object of functions.')
  }
}

/** How `tools.spawn` itself is asked. */
const TASK_TOOLS: readonly ScriptToolEntry[] = [
  {
    path: 'spawn.list',
    description: 'The detached tasks: an array of { id, path, state }.',
    example: 'await tools.spawn.list()',
  },
  {
    path: 'spawn.get',
    description: 'How the task with this id stands: { id, path, state, value?, error? }.',
    example: 'await tools.spawn.get(task.id)',
  },
  {
    path: 'spawn.cancel',
    description: 'Stops the task with this id.',
    example: 'await tools.spawn.cancel(task.id)',
  },
]

/**
 * `{ web: { search } }` becomes `tools.web.search(argument)`; each function gets its argument and `{ signal }`.
 *
 * @param tasks With it, scripts find `tools.spawn`; a task's signal is aborted when it is cancelled or the set disposed.
 * @throws {OptionError} What is no function.
 */
export function toolsFromTree(tree: ToolTree, { tasks }: { readonly tasks?: TaskSet } = {}): ScriptTools {
  const functions = new Map(functionsIn(tree, ''))
  const own = [...functions.keys()].map((path): ScriptToolEntry => ({ path, description: '' }))
  const apply = async (path: string, [argument, ...more]: readonly unknown[], call: TreeCall) => {
    if (more.length > 0)
      throw new ToolError(`tools.${path} takes one argument; it was given ${more.length + 1}.`)
    return functions.get(path)?.(argument, call)
  }
  if (tasks === undefined) {
    return { entries: own, call: (args, { path, signal }) => apply(path, args, { signal }) }
  }
  if (Object.hasOwn(tree, 'spawn')) {
    throw new OptionError(
      'tools.spawn',
      'is the name under which every tool can be started as a task; take another.',
    )
  }
  return {
    entries: [...own, ...TASK_TOOLS],
    call: async (args, { path, signal }) =>
      functions.has(path) ? apply(path, args, { signal }) : askTasks(tasks, path, args),
    spawn: (args, { taskId, path }) => tasks.start(taskId, path, (signal) => apply(path, args, { signal })),
  }
}

/** A task is named by its id, or by itself: as data it is `{ id }`. */
async function askTasks(tasks: TaskSet, path: string, [asked]: readonly unknown[]): Promise<unknown> {
  if (path === 'spawn.list') return tasks.list()
  const id = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : asked
  if (typeof id !== 'string') throw new ToolError(`tools.${path} takes the id of a task: a string.`)
  const state = path === 'spawn.cancel' ? await tasks.cancel(id) : tasks.get(id)
  if (state === undefined)
    throw new ToolError(`There is no task ${id}. tools.spawn.list() names those there are.`)
  return state
}
