import type { StreamKey } from './stream.js'
import { fillWords } from './words.js'

/** Draws a group of words holds: 16 high words, then 16 low words. */
const GROUP = 16

/** Draws made at a time. */
const CHUNK = 1024

const words = new Uint32Array(2 * CHUNK)

/**
 * Calls `take(k, hi, lo)` for draws `offset` to `offset + length` of the stream, u53(k) being
 * (hi * 2^21 + (lo >>> 11)) * 2^-53: draw k reads word(32 g + l) and word(32 g + 16 + l), g = k div 16, l = k mod 16.
 */
export function eachDraw(
  stream: StreamKey,
  offset: number,
  length: number,
  take: (k: number, hi: number, lo: number) => void,
): void {
  const end = offset + length
  for (let start = Math.floor(offset / GROUP) * GROUP; start < end; start += CHUNK) {
    const stop = Math.min(start + CHUNK, Math.ceil(end / GROUP) * GROUP)
    fillWords(words.subarray(0, 2 * (stop - start)), stream, 2 * start)
    for (let k = Math.max(start, offset); k < Math.min(stop, end); k++) {
      const at = 2 * (k - start) - ((k - start) % GROUP)
      take(k, words[at] as number, words[at + GROUP] as number)
    }
  }
}

/** Draws between two breaks. */
const STEP = 1 << 14

/** As `eachDraw`; yields the number of draws done. */
export function* eachDrawSteps(
  stream: StreamKey,
  offset: number,
  length: number,
  take: (k: number, hi: number, lo: number) => void,
): Generator<number, void> {
  for (let done = 0; done < length; done += STEP) {
    eachDraw(stream, offset + done, Math.min(STEP, length - done), take)
    yield done + STEP
  }
}

/** The draw as an f64 in [0, 1). */
export function u53(hi: number, lo: number): number {
  return (hi * 2097152 + (lo >>> 11)) * 1.1102230246251565e-16
}
