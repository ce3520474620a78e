/** The packs that ship, by slug; each is loaded when it is asked for. */

import type { Pack } from '../tools/pack.ts'

const loaders: Readonly<Record<string, () => Promise<Pack>>> = {
  'core-codex': async () => (await import('./core-codex/index.ts')).coreCodex,
  'file-ops': async () => (await import('./file-ops/index.ts')).fileOps,
  'anthropic-standard': async () => (await import('./anthropic-standard/index.ts')).anthropicStandard,
  'file-cabinet': async () => (await import('./file-cabinet/index.ts')).fileCabinet,
}

export const packSlugs: readonly string[] = Object.keys(loaders)

/** @throws {RangeError} No pack of this slug ships. */
export async function loadPack(slug: string): Promise<Pack> {
  const load = Object.hasOwn(loaders, slug) ? loaders[slug] : undefined
  if (load === undefined)
    throw new RangeError(`There is no pack ${slug}; those that ship are ${packSlugs.join(', ')}.`)
  return await load()
}
