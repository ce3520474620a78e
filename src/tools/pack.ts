/** Tools that ship together. */

import { OptionError } from '../protocol/errors.ts'
import { checkName } from './names.ts'
import type { AnyTool } from './tool.ts'

/** A plain object: a type-only dependency on us is enough to publish one. */
export interface Pack {
  /** Kebab case, unique among a host's packs. */
  readonly slug: string
  /** Its tools stand under `tools.<namespace>` in scripts and as `<namespace>_<tool>` in direct calls; without it, at the root. */
  readonly namespace?: string
  readonly tools: readonly AnyTool[]
  /** For the model: when and how to use them. */
  readonly instructions?: string
}

const SLUG = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/**
 * Declare a pack; a plain object of the same shape does as well.
 *
 * @throws {OptionError} The slug or the namespace is no name, or a tool is declared twice.
 */
export function definePack(pack: Pack): Pack {
  if (typeof pack.slug !== 'string' || !SLUG.test(pack.slug)) {
    throw new OptionError(
      'definePack slug',
      `${JSON.stringify(pack.slug)} is no slug; use kebab case, such as my-crm.`,
    )
  }
  const where = `pack ${pack.slug}`
  if (pack.namespace !== undefined) checkName(`${where}, namespace`, pack.namespace, 'root')
  if (!Array.isArray(pack.tools)) throw new OptionError(`${where}, tools`, 'must be an array of tools.')
  const names = new Set<string>()
  for (const tool of pack.tools) {
    if (names.has(tool.name)) throw new OptionError(where, `declares the tool ${tool.name} twice.`)
    names.add(tool.name)
  }
  return pack
}
