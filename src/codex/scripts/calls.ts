/** The calls that a script makes, answered by the same tools as direct calls are. */

import type { ScriptTask, ScriptToolEntry, ScriptTools } from '../../harness/index.ts'
import { unreachable } from '../../std/unreachable.ts'
import { describeTool, findTools } from '../../tools/catalogue.ts'
import { type DispatchCall, type Dispatcher, dispatch } from '../../tools/dispatch.ts'
import { inputFromArguments } from '../../tools/positional.ts'
import type { RegisteredTool, ToolSet } from '../../tools/tool-set.ts'

/** The tasks that scripts start, list and stop. */
export interface ScriptTasks {
  start(args: readonly unknown[], task: ScriptTask): Promise<unknown>
  list(): unknown
  /** @throws {ToolError} There is no such task. */
  get(id: string): unknown
  /** @throws {ToolError} There is no such task. */
  cancel(id: string): Promise<unknown>
}

/** Where `find` and `describe` stand: names that no tool can have. */
const CATALOGUE: readonly ScriptToolEntry[] = [
  {
    path: 'find',
    description: 'Find tools by words: an array of { path, summary }, best first.',
    example: "await tools.find('patch file')",
  },
  {
    path: 'describe',
    description: 'The TypeScript declaration of the tool at a path.',
    example: "await tools.describe('applyPatch')",
  },
  {
    path: 'spawn.list',
    description: 'The tasks of this conversation: an array of { id, path, state }.',
    example: 'await tools.spawn.list()',
  },
  {
    path: 'spawn.get',
    description: 'How a task stands: { id, path, state, value?, error? }.',
    example: 'await tools.spawn.get(id)',
  },
  {
    path: 'spawn.cancel',
    description: 'Stop a task.',
    example: 'await tools.spawn.cancel(id)',
  },
]

const entriesOf = new WeakMap<ToolSet, readonly ScriptToolEntry[]>()

/** The same array for the same set, so that workers are told of it once. */
export function scriptEntries(set: ToolSet): readonly ScriptToolEntry[] {
  const known = entriesOf.get(set)
  if (known !== undefined) return known
  const entries = [...set.scriptTools.map(scriptEntry), ...CATALOGUE]
  entriesOf.set(set, entries)
  return entries
}

function scriptEntry({ scriptPath, aliases, tool, inputSchema }: RegisteredTool): ScriptToolEntry {
  const [first] = tool.positional ?? []
  const required = Array.isArray(inputSchema.required) ? inputSchema.required : []
  const argument =
    first !== undefined
      ? '…'
      : required.length === 0
        ? ''
        : `{ ${required.map((name) => `${name}: …`).join(', ')} }`
  return {
    path: scriptPath,
    aliases,
    description: tool.description,
    example: `await tools.${scriptPath}(${argument})`,
  }
}

/**
 * A tool set as a script sees it.
 *
 * A failed call rejects with the tool's error: its name and message, never a stack.
 */
export function scriptTools(set: ToolSet, dispatcher: Dispatcher, tasks: ScriptTasks): ScriptTools {
  return {
    entries: scriptEntries(set),
    async call(args, call) {
      if (isOwn(call.path)) return await ownTool(set, args, call.path, tasks)
      const { callId, signal, pauseClock } = call
      return await runTool(set, args, call.path, { callId, signal, pauseClock }, dispatcher)
    },
    spawn: (args, task) => tasks.start(args, task),
  }
}

/** Whether the path is of `tools` itself, and no tool's. */
export function isOwn(path: string): boolean {
  return CATALOGUE.some((entry) => entry.path === path)
}

async function ownTool(
  set: ToolSet,
  [first]: readonly unknown[],
  path: string,
  tasks: ScriptTasks,
): Promise<unknown> {
  switch (path) {
    case 'find':
      return findTools(set, String(first ?? ''))
    case 'describe':
      return describeTool(set, String(first ?? ''))
    case 'spawn.list':
      return tasks.list()
    case 'spawn.get':
      return tasks.get(idOf(first))
    default:
      return await tasks.cancel(idOf(first))
  }
}

/** A task is named by its id, or by itself: as data it is `{ id }`. */
function idOf(asked: unknown): string {
  return String(typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : asked)
}

/** One call of a tool by its path in a script. */
export async function runTool(
  set: ToolSet,
  args: readonly unknown[],
  path: string,
  call: Pick<DispatchCall, 'callId' | 'signal' | 'pauseClock'>,
  dispatcher: Dispatcher,
): Promise<unknown> {
  const entry = set.inScript(path) ?? unreachable(`a call of ${path}, which is no entry`)
  const input = inputFromArguments(entry, args)
  const outcome = await dispatch({ ...call, entry, input }, dispatcher)
  if (!outcome.ok) throw outcome.error
  return outcome.output
}
