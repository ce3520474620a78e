/** The calls that a script makes, answered by the same tools as direct calls are. */

import type { ScriptCall, ScriptToolEntry, ScriptTools } from '../harness/index.ts'
import type { ThreadRecord } from '../protocol/thread-record.ts'
import { jsonSafe } from '../std/json-safe.ts'
import { unreachable } from '../std/unreachable.ts'
import { describeTool, findTools } from '../tools/catalogue.ts'
import { type Dispatcher, dispatch } from '../tools/dispatch.ts'
import { inputFromArguments } from '../tools/positional.ts'
import type { RegisteredTool, ToolSet } from '../tools/tool-set.ts'

/** Where a script's calls are written down, before they start and when they end. */
export interface ScriptJournal {
  readonly turnId: string
  /** The call of the script itself. */
  readonly scriptCallId: string
  /** Resolves when the record is kept. */
  add(record: ThreadRecord): Promise<void>
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
export function scriptTools(set: ToolSet, dispatcher: Dispatcher, journal?: ScriptJournal): ScriptTools {
  return {
    entries: scriptEntries(set),
    async call(args, call) {
      if (call.path === 'find') return findTools(set, String(args[0] ?? ''))
      if (call.path === 'describe') return describeTool(set, String(args[0] ?? ''))
      const entry = set.inScript(call.path) ?? unreachable(`a call of ${call.path}, which is no entry`)
      return await journalled(journal, call, args, () => run(entry, args, call, dispatcher))
    },
  }
}

async function run(
  entry: RegisteredTool,
  args: readonly unknown[],
  { callId, signal, pauseClock }: ScriptCall,
  dispatcher: Dispatcher,
): Promise<unknown> {
  const input = inputFromArguments(entry, args)
  const outcome = await dispatch({ entry, callId, input, signal, pauseClock }, dispatcher)
  if (!outcome.ok) throw outcome.error
  return outcome.output
}

async function journalled(
  journal: ScriptJournal | undefined,
  { callId, path, signal }: ScriptCall,
  args: readonly unknown[],
  body: () => Promise<unknown>,
): Promise<unknown> {
  if (journal === undefined) return await body()
  const { turnId, scriptCallId } = journal
  await journal.add({
    type: 'script_call_started',
    turnId,
    scriptCallId,
    callId,
    path,
    input: jsonSafe(args),
  })
  const ended = (status: 'done' | 'failed' | 'aborted', result: unknown) =>
    journal.add({ type: 'script_call_ended', scriptCallId, callId, status, result: jsonSafe(result) })
  try {
    const result = await body()
    await ended('done', result)
    return result
  } catch (error) {
    await ended(signal.aborted ? 'aborted' : 'failed', error instanceof Error ? error.message : String(error))
    throw error
  }
}
