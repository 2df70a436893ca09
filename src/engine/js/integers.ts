import type { StreamKey } from '../../math/stream.js'
import { eachDraw, u53 } from '../../math/u53.js'
import { fillWords } from '../../math/words.js'

const scratch = new Uint32Array(4096)

/** Fills `out` with outcomes of trials that succeed with probability `p`: 1 where word(i) < p 2^32. */
export function fillBernoulli(out: Uint8Array, stream: StreamKey, offset: number, p: number): void {
  const threshold = p * 4294967296
  for (let start = 0; start < out.length; start += scratch.length) {
    const words = scratch.subarray(0, Math.min(scratch.length, out.length - start))
    fillWords(words, stream, offset + start)
    for (let i = 0; i < words.length; i++) out[start + i] = (words[i] as number) < threshold ? 1 : 0
  }
}

/** Fills `out` with integers in [low, high): low + min(floor(u53(i) * (high - low)), high - low - 1). */
export function fillIntegers(
  out: Int32Array,
  stream: StreamKey,
  offset: number,
  low: number,
  high: number,
): void {
  const range = high - low
  eachDraw(stream, offset, out.length, (k, hi, lo) => {
    out[k - offset] = low + Math.min(Math.floor(u53(hi, lo) * range), range - 1)
  })
}

/** Replaces `out` by a permutation of 0 .. n - 1: Fisher and Yates from the end, draw first + k for index n - 1 - k. */
export function permute(out: Uint32Array, stream: StreamKey, first = 0): void {
  const n = out.length
  for (let i = 0; i < n; i++) out[i] = i
  eachDraw(stream, first, Math.max(n - 1, 0), (k, hi, lo) => {
    const i = n - 1 - (k - first)
    const j = Math.min(Math.floor(u53(hi, lo) * (i + 1)), i)
    const swapped = out[i] as number
    out[i] = out[j] as number
    out[j] = swapped
  })
}
