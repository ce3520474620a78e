/** The pack `core-codex`: Codex's own tools. */

import type { Pack } from '../../tools/pack.ts'
import { applyPatchTool } from './apply-patch-tool.ts'
import { exec } from './exec.ts'
import { execCommand } from './exec-command.ts'
import { fileSearch } from './file-search.ts'
import { grepFiles } from './grep-files.ts'
import { listDir } from './list-dir.ts'
import { readFile } from './read-file.ts'
import { requestUserInput } from './request-user-input.ts'
import { updatePlan } from './update-plan.ts'
import { viewImage } from './view-image.ts'
import { writeStdin } from './write-stdin.ts'

export { applyPatchTool } from './apply-patch-tool.ts'
export {
  FileAccessError,
  OutOfRangeError,
  PatchConflictError,
  PatchFailedError,
  PatchRejectedError,
  PatchSyntaxError,
  SearchError,
} from './errors.ts'
export { exec } from './exec.ts'
export { execCommand } from './exec-command.ts'
export { fileSearch } from './file-search.ts'
export { grepFiles } from './grep-files.ts'
export { listDir } from './list-dir.ts'
export { readFile } from './read-file.ts'
export { requestUserInput } from './request-user-input.ts'
export { updatePlan } from './update-plan.ts'
export { viewImage } from './view-image.ts'
export { ImageError } from './view-image-errors.ts'
export { writeStdin } from './write-stdin.ts'

export const coreCodex: Pack = {
  slug: 'core-codex',
  tools: [
    applyPatchTool,
    exec,
    execCommand,
    fileSearch,
    grepFiles,
    listDir,
    readFile,
    requestUserInput,
    updatePlan,
    viewImage,
    writeStdin,
  ],
}
