import type { StreamKey } from '../../math/stream.js'
import { BLOCK } from '../../math/philox.js'
import type { SparseLaw } from '../law.js'

/** Fills `out` with words of a stream from `offset` on. */
type FillWords = (out: Uint32Array, stream: StreamKey, offset: number) => void

/**
 * Which elements of a sparse tensor are zero (1 for zero): in every line the `zeros` entries whose words
 * `word(W + e)` are smallest, ties by position; W is the number of elements rounded up to a whole block. Yields between
 * blocks and lines.
 */
export function* sparseZeros(
  law: SparseLaw,
  stream: StreamKey,
  fillWords: FillWords,
): Generator<number, Uint8Array> {
  const { lines, length, lineStride, stride } = law
  const n = lines * length
  const keys = new Uint32Array(n)
  const first = Math.ceil(n / BLOCK) * BLOCK
  for (let start = 0; start < n; start += BLOCK) {
    fillWords(keys.subarray(start, start + BLOCK), stream, first + start)
    yield 0
  }
  const zeroed = new Uint8Array(n)
  const sorted = new Uint32Array(length)
  for (let line = 0; line < lines && law.zeros > 0; line++) {
    const at = line * lineStride
    for (let k = 0; k < length; k++) sorted[k] = keys[at + k * stride] as number
    sorted.sort()
    clearSmallest(keys, zeroed, at, law, sorted[law.zeros - 1] as number)
    yield 0
  }
  return zeroed
}

/** Marks every entry of a line below `threshold`, then entries equal to it in order, until `zeros` are marked. */
function clearSmallest(
  keys: Uint32Array,
  zeroed: Uint8Array,
  first: number,
  law: SparseLaw,
  threshold: number,
): void {
  let left = law.zeros
  for (let k = 0; k < law.length; k++) {
    const at = first + k * law.stride
    if ((keys[at] as number) < threshold) {
      zeroed[at] = 1
      left--
    }
  }
  for (let k = 0; k < law.length && left > 0; k++) {
    const at = first + k * law.stride
    if (keys[at] !== threshold) continue
    zeroed[at] = 1
    left--
  }
}
