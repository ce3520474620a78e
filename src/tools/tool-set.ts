/** The tools that a thread has, found by any of their names. */

import { OptionError } from '../protocol/errors.ts'
import type { JsonSchema } from '../protocol/json.ts'
import type { ToolSpec } from '../protocol/tool-spec.ts'
import { nearestNames } from '../std/nearest.ts'
import { checkName, directName, scriptPath } from './names.ts'
import type { Pack } from './pack.ts'
import { toJsonSchema } from './schema.ts'
import type { AnyTool, Requirement } from './tool.ts'

/** Of a name that a model calls; a fact of every wire API. */
const NAME_LENGTH_MAX = 64

/** A tool with its place among the others. */
export interface RegisteredTool {
  readonly tool: AnyTool
  readonly pack: Pack
  /** What a model calls, such as `fc_get`. */
  readonly directName: string
  /** Where it stands under `tools` in a script, such as `fc.get`. */
  readonly scriptPath: string
  /** Other paths that lead a script to it. */
  readonly aliases: readonly string[]
  readonly inputSchema: JsonSchema
  readonly outputSchema: JsonSchema | undefined
}

/**
 * All tools of some packs, sorted by name; the same packs always give the same bytes.
 *
 * @throws {OptionError} Two tools want one name, a name is reserved, or a schema cannot be said in JSON Schema.
 */
export class ToolSet {
  readonly packs: readonly Pack[]
  readonly tools: readonly RegisteredTool[]
  readonly #byDirectName = new Map<string, RegisteredTool>()
  readonly #byPath = new Map<string, RegisteredTool>()

  /** @param options `lacks`: what the host does not have; tools that require it are left out. */
  constructor(packs: readonly Pack[], { lacks = [] }: { readonly lacks?: readonly Requirement[] } = {}) {
    this.packs = packs
    const registered = new Map<AnyTool, RegisteredTool>()
    for (const pack of packs) {
      for (const tool of pack.tools) {
        if (tool.requires !== undefined && lacks.includes(tool.requires)) continue
        // Two packs may select the same tool; it is one tool, under the first pack's name.
        if (!registered.has(tool)) registered.set(tool, register(pack, tool))
      }
    }
    this.tools = [...registered.values()].sort((a, b) => (a.directName < b.directName ? -1 : 1))
    for (const entry of this.tools) this.#index(entry)
  }

  #index(entry: RegisteredTool): void {
    const claim = (index: Map<string, RegisteredTool>, name: string) => {
      const holder = index.get(name)
      if (holder !== undefined && holder !== entry) {
        throw new OptionError(
          'packs',
          `${origin(holder)} and ${origin(entry)} both want the name ${name}; give one of the packs a namespace.`,
        )
      }
      index.set(name, entry)
    }
    claim(this.#byDirectName, entry.directName)
    for (const path of [entry.scriptPath, ...entry.aliases]) claim(this.#byPath, path)
  }

  /** By what a model calls. */
  direct(name: string): RegisteredTool | undefined {
    const entry = this.#byDirectName.get(name)
    return entry?.tool.callable === 'script' ? undefined : entry
  }

  /** By its path in a script, or an alias of it. */
  inScript(path: string): RegisteredTool | undefined {
    const entry = this.#byPath.get(path)
    return entry?.tool.callable === 'direct' ? undefined : entry
  }

  get directTools(): RegisteredTool[] {
    return this.tools.filter(({ tool }) => tool.callable !== 'script')
  }

  get scriptTools(): RegisteredTool[] {
    return this.tools.filter(({ tool }) => tool.callable !== 'direct')
  }

  /** Direct names that a misspelt one may have meant. */
  nearestDirect(name: string): string[] {
    return nearestNames(
      name,
      this.directTools.map((entry) => entry.directName),
    )
  }

  /** The tools as a model is told of them. `customTools` says whether free-text tools can be. */
  specs(options: { readonly customTools: boolean }): ToolSpec[] {
    return this.directTools.map(({ tool, directName: name, inputSchema }) => {
      if (options.customTools && tool.freeform !== undefined) {
        const { format } = tool.freeform
        return {
          type: 'custom',
          name,
          description: tool.description,
          ...(format === undefined ? {} : { format }),
        }
      }
      return { type: 'function', name, description: tool.description, parameters: inputSchema, strict: false }
    })
  }
}

function register(pack: Pack, tool: AnyTool): RegisteredTool {
  checkName(`pack ${pack.slug}`, tool.name, pack.namespace === undefined ? 'root' : 'namespace')
  const where = `pack ${pack.slug}, tool ${tool.name}`
  // Providers ask for the keyword even where there is nothing in it.
  const inputSchema: JsonSchema = { properties: {}, ...toJsonSchema(`${where}, input`, tool.input, 'input') }
  if (inputSchema.type !== 'object') {
    throw new OptionError(`${where}, input`, 'must describe an object; every wire API asks for one.')
  }
  const properties = inputSchema.properties ?? {}
  for (const field of tool.positional ?? []) {
    if (!Object.hasOwn(properties, field)) {
      throw new OptionError(`${where}, positional`, `the input has no field ${field}.`)
    }
  }
  checkTimeout(where, tool.timeoutMs)
  const direct = directName(pack.namespace, tool.name)
  if (tool.callable !== 'script' && direct.length > NAME_LENGTH_MAX) {
    throw new OptionError(
      where,
      `${direct} has ${direct.length} characters; providers take names of ${NAME_LENGTH_MAX} at most.`,
    )
  }
  const path = scriptPath(pack.namespace, tool.name)
  return {
    tool,
    pack,
    directName: direct,
    scriptPath: path,
    aliases: [...new Set([...(direct === path ? [] : [direct]), ...(tool.aliases ?? [])])],
    inputSchema,
    outputSchema:
      tool.output === undefined ? undefined : toJsonSchema(`${where}, output`, tool.output, 'output'),
  }
}

/** A timer that is set for longer fires at once. */
function checkTimeout(where: string, timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs < 2 ** 31))
    return
  throw new OptionError(
    `${where}, timeoutMs`,
    `must be a whole number of milliseconds from 1 to ${2 ** 31 - 1}, not ${timeoutMs}.`,
  )
}

const origin = ({ pack, tool }: RegisteredTool) => `${tool.name} of pack ${pack.slug}`
