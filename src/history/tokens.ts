/** What items cost in tokens, by Codex's estimate. */

import type { ContentItem, ResponseItem } from '../protocol/response-item.ts'
import { imageSize } from '../std/image-size.ts'
import { tokensOfBytes } from '../std/truncate.ts'

// Codex's figures: what a picture is taken for whatever its size, and how pictures in full detail are counted.
const IMAGE_BYTES = 7_373
const PATCH_PIXELS = 32
const PATCHES_MAX = 10_000
const BYTES_PER_PATCH = 4
/** What encrypted reasoning carries besides the reasoning. */
const ENCRYPTED_OVERHEAD_BYTES = 650
/** Enough of a file to find its size in, past the previews that cameras put first. */
const HEADER_CHARACTERS = 96 * 1024

const estimates = new WeakMap<ResponseItem, number>()

/**
 * Tokens that an item is taken for: a quarter of the bytes of its JSON, rounded up.
 *
 * Encrypted reasoning counts as what it hides, a picture as what a model sees of it. Fields of ours that no wire carries
 * do not count. An item is measured once, so it must not be changed afterwards.
 */
export function estimateTokens(item: ResponseItem): number {
  const known = estimates.get(item)
  if (known !== undefined) return known
  const tokens = tokensOfBytes(bytesOf(item))
  estimates.set(item, tokens)
  return tokens
}

export function estimateTokensOf(items: Iterable<ResponseItem>): number {
  let sum = 0
  for (const item of items) sum += estimateTokens(item)
  return sum
}

function bytesOf(item: ResponseItem): number {
  if (item.type === 'reasoning' && typeof item.encrypted_content === 'string') {
    return Math.max(0, Math.floor((item.encrypted_content.length * 3) / 4) - ENCRYPTED_OVERHEAD_BYTES)
  }
  const { turnId: _turnId, agentId: _agentId, providerData: _providerData, ...sent } = item
  let bytes = Buffer.byteLength(JSON.stringify(sent))
  for (const part of partsOf(item)) {
    if (part.type !== 'input_image' || !part.image_url.startsWith('data:')) continue
    bytes += bytesOfImage(part) - Buffer.byteLength(part.image_url)
  }
  return bytes
}

function partsOf(item: ResponseItem): readonly ContentItem[] {
  if (item.type === 'message') return item.content
  const isOutput = item.type === 'function_call_output' || item.type === 'custom_tool_call_output'
  return isOutput && typeof item.output !== 'string' ? item.output : []
}

function bytesOfImage(image: Extract<ContentItem, { type: 'input_image' }>): number {
  if (image.detail !== 'original') return IMAGE_BYTES
  const data = image.image_url.slice(image.image_url.indexOf(',') + 1)
  const size = imageSize(Buffer.from(data.slice(0, HEADER_CHARACTERS), 'base64'))
  if (size === null) return IMAGE_BYTES
  const patches = Math.ceil(size.width / PATCH_PIXELS) * Math.ceil(size.height / PATCH_PIXELS)
  return Math.min(patches, PATCHES_MAX) * BYTES_PER_PATCH
}
