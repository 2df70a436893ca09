import type { StreamKey } from '../../math/stream.js'

/** A place in a stream as it crosses the binding; crates/node/src/place.rs reads it. */
export function placeRow(
  { k0, k1, s0, s1 }: StreamKey,
  position: number,
  offset: number,
  threads: number,
): Float64Array {
  return Float64Array.of(k0, k1, s0, s1, position, offset, threads)
}
