/** What view_image tells the model when it cannot show what it was asked for. */

import { messageOf, ToolError } from '../../protocol/errors.ts'

/** There is no picture at the path, or none that a model could be shown. */
export class ImageError extends ToolError {
  override readonly name = 'ImageError'
  override readonly code = 'image_not_shown'
  /** Absolute. */
  readonly path: string

  constructor(path: string, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.path = path
  }
}

/** The beginning is upstream's. */
export function imageNotFound(path: string, cause?: unknown): ImageError {
  const problem =
    cause === undefined || isMissing(cause) ? 'No such file or directory (os error 2)' : messageOf(cause)
  return new ImageError(path, `unable to locate image at \`${path}\`: ${problem}`, { cause })
}

/** Upstream's text. */
export function imageNotAFile(path: string): ImageError {
  return new ImageError(path, `image path \`${path}\` is not a file`)
}

/** Upstream's text, and what to do. */
export function imageNotReadable(path: string): ImageError {
  return new ImageError(
    path,
    'unable to process image: invalid or unsupported image data. PNG, JPEG, WebP and GIF files can be shown; convert ' +
      'others to PNG first.',
  )
}

export function imageTooLarge(path: string, bytes: number, bytesMax: number): ImageError {
  return new ImageError(
    path,
    `unable to process image: ${path} has ${bytes} bytes, and no more than ${bytesMax} can be shown. Scale it down ` +
      'first, or crop it to the part that matters.',
  )
}

export function imagesNotRead(path: string): ImageError {
  return new ImageError(
    path,
    `unable to show ${path}: this model does not read images. Find out another way.`,
  )
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}
