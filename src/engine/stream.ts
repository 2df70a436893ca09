import { streamOf } from './js/sha256.js'
import type { StreamKey } from './law.js'

/** The stream of (seed, path): the seed's halves and the first 8 bytes of the path's SHA-256, little-endian. */
export function streamKey(seed: bigint, path: string): StreamKey {
  const [s0, s1] = streamOf(path)
  return { k0: Number(seed & 0xffff_ffffn), k1: Number(seed >> 32n), s0, s1 }
}
