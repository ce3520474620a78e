/** The three ways a script reaches us from a model, as the model is told of them. */

import type { CustomToolSpec, FunctionToolSpec } from '../protocol/tool-spec.ts'
import { DEFAULT_WAIT_MS } from './cells.ts'
import { DEFAULT_OUTPUT_TOKENS } from './render.ts'
import { TOOL_CALLS_CLOSE, TOOL_CALLS_OPEN } from './tool-calls-block.ts'

export interface CarrierOptions {
  /** TypeScript declarations of the tools, or as many as fit. */
  readonly declarations: string
  /** For more tools than are declared: how a script finds the others. */
  readonly discovery?: string
  /** Whether scripts find `tools.spawn`. */
  readonly spawns?: boolean
}

export const EXEC = 'exec'
export const WAIT = 'wait'

/** Optional first line with the pragma, then the source; or the source alone. */
const EXEC_GRAMMAR = `start: with_pragma | SOURCE
with_pragma: PRAGMA NEWLINE SOURCE

PRAGMA: /[ \\t]*\\/\\/ @exec:[^\\r\\n]*/
NEWLINE: /\\r?\\n/
SOURCE: /[\\s\\S]+/
`

const LANGUAGE = `The script is TypeScript (or JavaScript), run as the body of an async function: use await and return at the top level. Each script starts in a fresh sandbox. It has no modules, no file system, no network and no process: import, require and shell text do not work. It reaches the world through the functions under tools, which all return promises: await each one, and use Promise.all for calls that do not depend on each other. A call that fails throws an Error. Work that is not awaited is stopped when the script ends. What the script returns is what you read; keep it small, and work on big data inside the script.`

const GLOBALS = `Besides tools there are:
- context: what is known about this conversation and its folder, read-only.
- text(value), image(dataUrl): add to the output; console.log: short notes, shown to you and to the user.
- store(key, value), load(key): data that later scripts of this conversation can load.
- notify(text): tell yourself something at once, while the script goes on.
- exit(): end the script here, successfully.
- ALL_TOOLS: the names and descriptions of all tools.
- setTimeout, setInterval, queueMicrotask, performance.now, structuredClone, URL, URLSearchParams, TextEncoder, TextDecoder, atob, btoa.`

const SPAWN =
  'tools.spawn.<tool>(…) starts a call that goes on after the script has ended: it gives { id, done } at once, where done is a promise of the result. tools.spawn.list(), .get(id) and .cancel(id) reach such tasks later.'

const toolsText = ({ declarations, discovery, spawns = false }: CarrierOptions) =>
  `${spawns ? `${SPAWN}\n\n` : ''}${discovery === undefined ? '' : `${discovery}\n\n`}The tools:\n\n${declarations}`

/** For wire APIs and models with free-text tools: the input is the source itself. */
export function execFreeformSpec(options: CarrierOptions): CustomToolSpec {
  return {
    type: 'custom',
    name: EXEC,
    description: `Run one script that calls tools, instead of calling them one by one. Send the source itself: no JSON, no quotes, no markdown fence.

${LANGUAGE}

${GLOBALS}
- yield_control(): let you read the output so far, while the script goes on as a cell; see ${WAIT}.

The first line may be // @exec: {"yield_time_ms": 10000, "max_output_tokens": ${DEFAULT_OUTPUT_TOKENS}}, where both fields are optional: how long until a script that still runs becomes a cell, and how much output you want at most.

${toolsText(options)}`,
    format: { type: 'grammar', syntax: 'lark', definition: EXEC_GRAMMAR },
  }
}

/** Goes with `execFreeformSpec`. */
export function waitSpec(): FunctionToolSpec {
  return {
    type: 'function',
    name: WAIT,
    description: `Look again at a script that was still running: gives its output since the last look. When its end has been seen, the cell is gone.`,
    parameters: {
      type: 'object',
      properties: {
        cell_id: { type: 'string', description: `The cell ID that ${EXEC} named.` },
        yield_time_ms: {
          type: 'number',
          description: `Milliseconds to wait for the end at most; default ${DEFAULT_WAIT_MS}.`,
        },
        max_tokens: {
          type: 'number',
          description: `Tokens of output you want at most; default ${DEFAULT_OUTPUT_TOKENS}.`,
        },
        terminate: { type: 'boolean', description: 'Stop the script instead of waiting for it.' },
      },
      required: ['cell_id'],
      additionalProperties: false,
    },
    strict: false,
  }
}

/** For models that call functions, but take no free text. */
export function execFunctionSpec(options: CarrierOptions): FunctionToolSpec {
  return {
    type: 'function',
    name: EXEC,
    description: `Run one script that calls tools, instead of calling them one by one.

${LANGUAGE}

${GLOBALS}

${toolsText(options)}`,
    parameters: {
      type: 'object',
      properties: {
        source: {
          type: 'string',
          description: 'The whole script: TypeScript source, without a markdown fence.',
        },
      },
      required: ['source'],
      additionalProperties: false,
    },
    strict: true,
  }
}

/** For models without tool calling: part of what the developer tells them. */
export function toolCallsInstructions(options: CarrierOptions): string {
  return `You act by scripts. To run one, write it between ${TOOL_CALLS_OPEN} and ${TOOL_CALLS_CLOSE}, each on a line of its own, and end your message there; the next message gives you its output. One script a message. When you need no script any more, answer without the tags.

${TOOL_CALLS_OPEN}
const answer = await tools.exampleTool({ name: 'value' })
return answer
${TOOL_CALLS_CLOSE}

${LANGUAGE}

${GLOBALS}

${toolsText(options)}`
}
