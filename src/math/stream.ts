import { streamOf } from './sha256.js'

/** Seed and stream of the word generator, as 32-bit halves so that no engine needs a bigint. */
export interface StreamKey {
  /** Low 32 bits of the seed. */
  readonly k0: number
  /** High 32 bits of the seed. */
  readonly k1: number
  /** Low 32 bits of the stream. */
  readonly s0: number
  /** High 32 bits of the stream. */
  readonly s1: number
}

let last: { readonly seed: bigint; readonly path: string; readonly key: StreamKey } | undefined

/** The stream of (seed, path): the seed's halves and the first 8 bytes of the path's SHA-256, little-endian. */
export function streamKey(seed: bigint, path: string): StreamKey {
  // Whoever fills again and again asks for one stream, or for one after the other.
  if (last?.seed === seed && last.path === path) return last.key
  const [s0, s1] = streamOf(path)
  const key = { k0: Number(seed & 0xffff_ffffn), k1: Number(seed >> 32n), s0, s1 }
  last = { seed, path, key }
  return key
}
