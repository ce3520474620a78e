/** The pack `anthropic-standard`: the tools that models of Anthropic are used to. */

import type { Pack } from '../../tools/pack.ts'
import { applyPatchTool, exec, grepFiles, listDir, readFile, updatePlan } from '../core-codex/index.ts'

export const anthropicStandard: Pack = {
  slug: 'anthropic-standard',
  tools: [applyPatchTool, exec, grepFiles, listDir, readFile, updatePlan],
}
