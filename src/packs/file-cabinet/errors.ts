/** What the file cabinet tells the model when it cannot do what it asked. */

import { ToolError } from '../../protocol/errors.ts'

/** A document whose bytes are no text was to be read as one. */
export class NotTextError extends ToolError {
  override readonly name = 'NotTextError'
  override readonly code = 'not_text'
  readonly fileKey: string

  constructor(fileKey: string, mediaType: string) {
    super(
      `${fileKey} holds ${mediaType}, which is no UTF-8 text and cannot be read here. Write it to a file and use a ` +
        'program that understands it.',
    )
    this.fileKey = fileKey
  }
}
