/** Plain functions as tools of a script. */

import { OptionError, ToolError } from '../protocol/errors.ts'
import type { ScriptCall, ScriptToolEntry, ScriptTools } from './script-tools.ts'

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

/** `{ web: { search } }` becomes `tools.web.search(argument)`; each function gets its argument and `{ signal }`. @throws {OptionError} What is no function. */
export function toolsFromTree(tree: ToolTree): ScriptTools {
  const functions = new Map(functionsIn(tree, ''))
  const entries = [...functions.keys()].map((path): ScriptToolEntry => ({ path, description: '' }))
  return {
    entries,
    async call([argument, ...more]: readonly unknown[], { path, signal }: ScriptCall) {
      if (more.length > 0)
        throw new ToolError(`tools.${path} takes one argument; it was given ${more.length + 1}.`)
      return functions.get(path)?.(argument, { signal })
    },
  }
}
