/** What the core tools tell the model when they cannot do what it asked. */

import { messageOf, ToolError } from '../../protocol/errors.ts'

/** The text is no patch. `line` counts from 1; null where the whole is at fault. */
export class PatchSyntaxError extends ToolError {
  override readonly name = 'PatchSyntaxError'
  override readonly code = 'patch_syntax'
  readonly problem: string
  readonly line: number | null

  constructor(problem: string, line: number | null) {
    super(line === null ? `invalid patch: ${problem}` : `invalid hunk at line ${line}, ${problem}`)
    this.problem = problem
    this.line = line
  }
}

/** A patch that can be read, but not applied to the files as they are. */
export class PatchConflictError extends ToolError {
  override readonly name = 'PatchConflictError'
  override readonly code = 'patch_conflict'
  readonly path: string

  constructor(path: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.path = path
  }
}

/** A file that somebody else wrote to between the reading and the writing. It holds what they wrote. */
export class FileChangedError extends PatchConflictError {
  constructor(path: string) {
    super(
      path,
      `Failed to write file ${path}: somebody else changed it while the patch was applied. ` +
        'Read it again and send a patch against its present text.',
    )
  }
}

/** A patch that is not even tried. */
export class PatchRejectedError extends ToolError {
  override readonly name = 'PatchRejectedError'
  override readonly code = 'patch_rejected'
}

/** The answer to a patch that was not applied. The message is Codex's text, whole. */
export class PatchFailedError extends ToolError {
  override readonly name = 'PatchFailedError'
  override readonly code = 'patch_failed'
}

/** A file or folder that could not be read. */
export class FileAccessError extends ToolError {
  override readonly name = 'FileAccessError'
  override readonly code = 'file_not_readable'
  /** As the model spelt it. */
  readonly path: string

  constructor(path: string, cause: unknown) {
    super(`${path} ${fileProblem(cause)}`, { cause })
    this.path = path
  }
}

/** Arguments that fit the schema, but not the file. */
export class OutOfRangeError extends ToolError {
  override readonly name = 'OutOfRangeError'
  override readonly code = 'out_of_range'
}

/** A search that could not be made. */
export class SearchError extends ToolError {
  override readonly name = 'SearchError'
  override readonly code = 'search_failed'
}

function fileProblem(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : ''
  switch (code) {
    case 'ENOENT':
      return 'does not exist. List the folder above it to see what does.'
    case 'ENOTDIR':
      return 'is not there: a part of the path is a file, where a folder would have to be.'
    case 'EISDIR':
      return 'is a folder, not a file. Use list_dir to see what it holds.'
    case 'EACCES':
    case 'EPERM':
      return 'may not be read by the user that this program runs as.'
    case 'ELOOP':
      return 'is a link that leads back to itself.'
    default:
      return `could not be read: ${messageOf(cause)}`
  }
}
