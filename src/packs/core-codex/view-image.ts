/** view_image: a picture of the workspace, for the model to see. */

import { z } from 'zod'
import type { Workspace } from '../../platform/workspace.ts'
import { isCodexError } from '../../protocol/errors.ts'
import { imageSize } from '../../std/image-size.ts'
import { imageType } from '../../std/image-type.ts'
import { defineTool } from '../../tools/tool.ts'
import {
  imageNotAFile,
  imageNotFound,
  imageNotReadable,
  imagesNotRead,
  imageTooLarge,
} from './view-image-errors.ts'

/** A picture goes with every request from then on, and providers refuse bodies that are much larger. */
const BYTES_MAX = 20 * 1024 * 1024

const Detail = z.enum(['high', 'original'])
const Input = z.object({
  path: z.string().min(1).describe('Absolute, or relative to the working directory'),
  detail: Detail.default('high').describe('original: not scaled down by the provider, where it can do so'),
})
type Input = z.infer<typeof Input>
/** What `image()` of a script takes. */
const Output = z.object({
  image_url: z.string().describe('A data URL'),
  detail: Detail,
})
type Output = z.infer<typeof Output>

export const viewImage = defineTool({
  name: 'view_image',
  description: 'Look at a picture in a file: PNG, JPEG, WebP or GIF, of up to 20 MiB.',
  input: Input,
  output: Output,
  positional: ['path', 'detail'],
  effects: ['reads-files'],
  parallel: true,
  idempotent: true,
  render: ({ image_url, detail }) => [{ type: 'input_image', image_url, detail }],
  item: {
    started: (input) => ({ ...asked(input), status: 'in_progress' }),
    ended: (input, outcome) =>
      outcome.ok
        ? { ...asked(input), result: summaryOf(outcome.output), status: 'completed' }
        : { ...asked(input), error: { message: outcome.message }, status: 'failed' },
  },

  async run({ path, detail }, { workspace, signal, model }) {
    if (model?.readsImages === false) throw imagesNotRead(workspace.resolve(path))
    const bytes = await readImage(path, workspace, signal)
    const mediaType = imageType(bytes)
    const size = imageSize(bytes)
    if (mediaType === null || size === null || size.width === 0 || size.height === 0) {
      throw imageNotReadable(workspace.resolve(path))
    }
    return { image_url: `data:${mediaType};base64,${bytes.toString('base64')}`, detail }
  },
})

/** @throws {ImageError} @throws {PathDeniedError} */
async function readImage(target: string, workspace: Workspace, signal: AbortSignal): Promise<Buffer> {
  const path = workspace.resolve(target)
  try {
    const real = await workspace.readable(target)
    const info = await workspace.stat(real)
    if (info === null) throw imageNotFound(path)
    if (info.kind !== 'file') throw imageNotAFile(path)
    if (info.bytes > BYTES_MAX) throw imageTooLarge(path, info.bytes, BYTES_MAX)
    // It may have grown since.
    const bytes = await workspace.readBytes(real, { offset: 0, limit: BYTES_MAX + 1, signal })
    if (bytes.length > BYTES_MAX) throw imageTooLarge(path, bytes.length, BYTES_MAX)
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  } catch (error) {
    if (isCodexError(error) || signal.aborted) throw error
    throw imageNotFound(path, error)
  }
}

function asked({ path, detail }: Input) {
  return { type: 'tool_call', pack: 'core-codex', tool: 'view_image', arguments: { path, detail } } as const
}

/** What a host is shown: a picture can have megabytes. */
function summaryOf({ image_url, detail }: Output) {
  const comma = image_url.indexOf(',')
  const mediaType = image_url.slice('data:'.length, image_url.indexOf(';'))
  return { mediaType, bytes: Buffer.byteLength(image_url.slice(comma + 1), 'base64'), detail }
}
