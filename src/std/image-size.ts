/** Reads how large a picture is from the first bytes of its file. */

export interface ImageSize {
  readonly width: number
  readonly height: number
}

/**
 * Width and height in pixels of a PNG, GIF, WebP or JPEG file.
 *
 * @param bytes The file, or enough of its beginning.
 * @returns Null for other files, and where the size does not stand in these bytes.
 */
export function imageSize(bytes: Buffer): ImageSize | null {
  try {
    if (startsWith(bytes, 0, '\x89PNG'))
      return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    if (startsWith(bytes, 0, 'GIF8')) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
    if (startsWith(bytes, 0, 'RIFF') && startsWith(bytes, 8, 'WEBP')) return webpSize(bytes)
    if (startsWith(bytes, 0, '\xff\xd8')) return jpegSize(bytes)
    return null
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function startsWith(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString('latin1', at, at + text.length) === text
}

/** @see RFC 9649, sections 2.5 to 2.7 */
function webpSize(bytes: Buffer): ImageSize | null {
  if (startsWith(bytes, 12, 'VP8X')) {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  }
  if (startsWith(bytes, 12, 'VP8L')) {
    const bits = bytes.readUInt32LE(21)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (startsWith(bytes, 12, 'VP8 ')) {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  }
  return null
}

/** @see ITU-T T.81, annex B: the size stands in the frame header, the segments before it are passed over. */
function jpegSize(bytes: Buffer): ImageSize | null {
  let at = 2
  while (bytes[at] === 0xff) {
    const marker = bytes.readUInt8(at + 1)
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) }
    at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}
