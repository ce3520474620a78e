/** A host's input as the message that the model reads. */

import path from 'node:path'
import { readHostBytes } from '../../platform/host-files.ts'
import { messageOf, OptionError } from '../../protocol/errors.ts'
import type { ContentItem, MessageItem } from '../../protocol/response-item.ts'
import type { Input } from '../../protocol/user-input.ts'
import { imageType } from '../../std/image-type.ts'

/**
 * Images come first, each between two texts that name it; then the texts, a blank line between.
 *
 * @param author Who says it, where that is not the one user.
 * @param folder What relative image paths start from.
 * @throws {OptionError} An image that cannot be read, or is of another type than PNG, JPEG, WebP and GIF.
 * @see Codex 0.169.0: the order and the tags.
 */
export async function userMessage(input: Input, folder: string, author?: string): Promise<MessageItem> {
  if (typeof input === 'string') return message([{ type: 'input_text', text: input }], author)
  const content: ContentItem[] = []
  let number = 0
  for (const part of input) {
    if (part.type !== 'local_image') continue
    number += 1
    content.push(
      { type: 'input_text', text: `<image name=[Image #${number}] path="${part.path}">` },
      { type: 'input_image', image_url: await dataUrl(path.resolve(folder, part.path)), detail: 'high' },
      { type: 'input_text', text: '</image>' },
    )
  }
  const texts = input.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  if (texts.length > 0) content.push({ type: 'input_text', text: texts.join('\n\n') })
  return message(content, author)
}

const message = (content: ContentItem[], author: string | undefined): MessageItem => ({
  type: 'message',
  role: 'user',
  content,
  ...(author === undefined ? {} : { agentId: author }),
})

async function dataUrl(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readHostBytes(file)
  } catch (error) {
    throw new OptionError('input', `the image ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  const mediaType = imageType(bytes)
  if (mediaType === null) throw new OptionError('input', `${file} is no PNG, JPEG, WebP or GIF image.`)
  return `data:${mediaType};base64,${bytes.toString('base64')}`
}
