/** Tiny pictures, each a file as its format begins. */

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  )

/** Two pixels wide, three high. */
export const PICTURES = {
  'image/png': bytes('\x89PNG\r\n\x1a\n', [0, 0, 0, 13], 'IHDR', [0, 0, 0, 2, 0, 0, 0, 3, 8, 6, 0, 0, 0]),
  'image/jpeg': bytes(
    '\xff\xd8\xff\xe0',
    [0, 4, 0, 0, 0xff, 0xc0, 0, 11, 8, 0, 3, 0, 2, 1, 1, 0x11, 0],
    '\xff\xd9',
  ),
  'image/gif': bytes('GIF89a', [2, 0, 3, 0, 0, 0, 0], ';'),
  'image/webp': bytes('RIFF', [22, 0, 0, 0], 'WEBPVP8X', [10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0]),
} as const
