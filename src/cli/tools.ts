/** codex-ts tools: the tool reference, made from the definitions. */

import { loadPack, packSlugs } from '../packs/index.ts'
import { referenceDeclarations, referenceJson, referenceMarkdown, ToolSet } from '../tools/index.ts'
import { defineCommand } from './command.ts'
import { UsageError } from './errors.ts'

const FORMATS = { md: referenceMarkdown, json: referenceJson, dts: referenceDeclarations } as const

export const tools = defineCommand({
  name: 'tools',
  summary: 'Print the tool reference',
  usage: '',
  argumentsMax: 0,
  options: {
    pack: {
      type: 'string',
      value: 'SLUG',
      multiple: true,
      help: 'Only this pack; once for each, default all that ship',
    },
    format: {
      type: 'string',
      value: 'FORMAT',
      choices: ['md', 'json', 'dts'],
      help: 'A page, data, or the declarations for scripts; default md',
    },
  },

  async run({ pack: slugs = packSlugs, format = 'md' }) {
    for (const slug of slugs) {
      if (!packSlugs.includes(slug))
        throw new UsageError(`There is no pack ${slug}; there are ${packSlugs.join(', ')}.`)
    }
    const packs = await Promise.all(slugs.map((slug) => loadPack(slug)))
    process.stdout.write(FORMATS[format](new ToolSet(packs)))
    return 0
  },
})
