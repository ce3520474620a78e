/** The pack `file-ops`: reading and changing files, without a shell. */

import type { Pack } from '../../tools/pack.ts'
import { applyPatchTool, fileSearch, grepFiles, listDir, readFile } from '../core-codex/index.ts'

export const fileOps: Pack = {
  slug: 'file-ops',
  tools: [applyPatchTool, fileSearch, grepFiles, listDir, readFile],
}
