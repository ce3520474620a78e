/** The host's files as the rooms are handed them. */

import type { SkillFiles } from '../../src/context/index.ts'
import { findHostFiles, realPathOnHost } from '../../src/platform/find-files.ts'
import { existsOnHost, readHostText } from '../../src/platform/host-files.ts'

export const hostFiles: SkillFiles = {
  readText: readHostText,
  exists: existsOnHost,
  realPath: realPathOnHost,
  find: findHostFiles,
}
