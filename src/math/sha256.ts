import { sha256 } from '@noble/hashes/sha2.js'

/** UTF-8 bytes of well-formed text; a bare context has no TextEncoder. */
function utf8(text: string): Uint8Array {
  const bytes: number[] = []
  for (const character of text) {
    const c = character.codePointAt(0) as number
    if (c < 0x80) bytes.push(c)
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63))
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
    else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63))
  }
  return Uint8Array.from(bytes)
}

/**
 * The stream of a path as two 32-bit halves, low first: the first 8 bytes, little-endian, of SHA-256 of its UTF-8
 * bytes; the empty path is stream 0.
 */
export function streamOf(path: string): readonly [number, number] {
  if (path === '') return [0, 0]
  const digest = sha256(utf8(path))
  const view = new DataView(digest.buffer, digest.byteOffset)
  return [view.getUint32(0, true), view.getUint32(4, true)]
}
