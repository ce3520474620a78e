/** What the file cabinet tells the model when it cannot do what it asked. */

import { ToolError } from '../../protocol/errors.ts'

/** A document whose bytes are no text was to be written to a file. */
export class NotTextError extends ToolError {
  override readonly name = 'NotTextError'
  override readonly code = 'not_text'
  readonly fileKey: string

  constructor(fileKey: string, mediaType: string) {
    super(
      `${fileKey} holds ${mediaType}, not UTF-8 text; nothing was written. Only text can be written to a file.`,
    )
    this.fileKey = fileKey
  }
}
