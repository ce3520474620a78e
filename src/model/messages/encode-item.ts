/** One item of ours as blocks of the Messages API. */

import type { CallItem, CallOutputItem, ContentItem, ResponseItem } from '../../protocol/response-item.ts'
import { parseRecord } from '../json-record.ts'
import { keptFor, type Maker } from '../maker.ts'
import { wireName } from './names.ts'
import { type Block, type ImageBlock, isBlockData, type TextBlock } from './wire.ts'

/** The images that the wire API takes as data. */
const MEDIA_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])

/** A text block; none for a text that the wire API would refuse as empty. */
export function textBlocks(text: string): TextBlock[] {
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}

export function contentBlocks(content: readonly ContentItem[]): (TextBlock | ImageBlock)[] {
  return content.flatMap((part) =>
    part.type === 'input_image' ? [imageBlock(part.image_url)] : textBlocks(part.text),
  )
}

/** What its maker made privately, such as thinking, goes back as it came; null for anybody else. */
export function keptBlock(item: ResponseItem, maker: Maker): Block | null {
  const kept = keptFor(maker, item)
  if (!isBlockData(kept)) return null
  const { block } = kept
  // A stream that was cut leaves thinking unsigned, and the provider takes none of that.
  const isUnsigned =
    block.type === 'thinking' && (typeof block.signature !== 'string' || block.signature === '')
  return isUnsigned ? null : block
}

export function callBlock(item: CallItem): Block {
  return {
    type: 'tool_use',
    id: wireName(item.call_id),
    name: wireName(item.name),
    input: item.type === 'custom_tool_call' ? { input: item.input } : argumentsOf(item.arguments),
  }
}

export function outputBlock(item: CallOutputItem): Block {
  const { output } = item
  const content = typeof output === 'string' ? textBlocks(output) : contentBlocks(output)
  return {
    type: 'tool_result',
    tool_use_id: wireName(item.call_id),
    ...(content.length === 0 ? {} : { content }),
    ...(item.success === false ? { is_error: true } : {}),
  }
}

/** The wire API takes objects only; what is none goes back as the text that it was, for the model to see its mistake. */
function argumentsOf(text: string): unknown {
  if (text.trim() === '') return {}
  return parseRecord(text) ?? { INVALID_JSON: text }
}

function imageBlock(url: string): TextBlock | ImageBlock {
  if (/^https?:/i.test(url)) return { type: 'image', source: { type: 'url', url } }
  const [, given = '', data = ''] = /^data:([^;,]+)(?:;[^,]*)?;base64,([\s\S]*)$/i.exec(url) ?? []
  const mediaType = given.toLowerCase() === 'image/jpg' ? 'image/jpeg' : given.toLowerCase()
  if (data !== '' && MEDIA_TYPES.has(mediaType)) {
    return { type: 'image', source: { type: 'base64', media_type: mediaType, data } }
  }
  const what = mediaType === '' ? 'An image' : `An image of type ${mediaType}`
  return { type: 'text', text: `[${what} was left out: only JPEG, PNG, GIF and WebP can be shown here.]` }
}
