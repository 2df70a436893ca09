import type { StreamKey } from '../../../math/stream.js'
import { LANES } from '../../../math/philox.js'
import { eachBlock } from '../../../math/words.js'
import type { TruncatedLaw } from '../../law.js'
import { makeWords, quantiles, words } from './lane.js'
import { type Cut, cutOf } from './setup.js'

const f = Math.fround

/**
 * Fills `out` with elements of a normal cut to an interval, from element `offset` on: the distribution function
 * inverted, one word an element.
 */
export function fillTruncated(out: Float32Array, stream: StreamKey, offset: number, law: TruncatedLaw): void {
  if (f(law.stddev) === 0) {
    out.fill(f(law.mean) + 0)
    return
  }
  const cut = cutOf(law)
  eachBlock(offset, out.length, (block, first, end, base) => {
    for (let l = 0; l < LANES && l < end; l++) {
      const n = makeWords(stream, block, l, first, end)
      cut.plan.fill(n, cut.mirror)
      // The lane's first element that is asked for.
      const start = l + Math.ceil(Math.max(first - l, 0) / LANES) * LANES
      place(out, base + start, n, cut)
    }
  })
}

/** Scales the lane's quantiles and stores them 16 elements apart, from `at` on. */
function place(out: Float32Array, at: number, n: number, cut: Cut): void {
  const { mean, stddev, first, last, lower, upper } = cut
  // Both ends are one range of the words turned by `upper.words`.
  const ends = lower.words + upper.words
  for (let j = 0; j < n; j++) {
    const word = words[j] as number
    let x = f(mean + f(stddev * (quantiles[j] as number)))
    if ((word + upper.words) >>> 0 < ends) x = edgeValue(word, cut)
    out[at + j * LANES] = x < first ? first : x > last ? last : x
  }
}

/** The value of a word next to a bound. */
function edgeValue(word: number, { lower, upper }: Cut): number {
  const isLower = word >>> 0 < lower.words
  const edge = isLower ? lower : upper
  const count = f(f((isLower ? word : ~word) >>> 0) + 0.5)
  return f(edge.high + f(edge.low + f(count * edge.step)))
}
