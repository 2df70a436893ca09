import { ln } from '../math/special.js'
import { eachDrawSteps, u53 } from '../math/u53.js'
import type { StreamKey } from '../math/stream.js'

/** Writes `out.length` indices from draw `first` of the stream on, in steps. */
export type Chooser = (out: Uint32Array, stream: StreamKey, first: number) => Generator<number, void>

/** Index floor(u * n), as integers are drawn. */
export function uniformly(count: number): Chooser {
  return (out, stream, first) =>
    eachDrawSteps(stream, first, out.length, (k, hi, lo) => {
      out[k - first] = Math.min(Math.floor(u53(hi, lo) * count), count - 1)
    })
}

/**
 * The shuffle of Fisher and Yates, ended as soon as there are enough: what a permutation of all items has at its end,
 * from the last on. Only places that a swap has touched are kept.
 */
export function withoutReplacement(count: number): Chooser {
  return function* (out, stream, first) {
    const moved = new Map<number, number>()
    const at = (place: number) => moved.get(place) ?? place
    yield* eachDrawSteps(stream, first, Math.min(out.length, count - 1), (k, hi, lo) => {
      const i = count - 1 - (k - first)
      const j = Math.min(Math.floor(u53(hi, lo) * (i + 1)), i)
      out[k - first] = at(j)
      moved.set(j, at(i))
      moved.delete(i)
    })
    if (out.length === count) out[count - 1] = at(0)
  }
}

/** The alias method (Walker 1977; tables by Vose 1991): draw 2k picks a column, draw 2k + 1 the upper or lower part. */
export function byAlias(weights: Float64Array): Chooser {
  const count = weights.length
  return function* (out, stream, first) {
    const { share, alias } = yield* aliasTables(weights)
    let column = 0
    yield* eachDrawSteps(stream, first, 2 * out.length, (draw, hi, lo) => {
      const k = draw - first
      const u = u53(hi, lo)
      if (k % 2 === 0) column = Math.min(Math.floor(u * count), count - 1)
      else out[k >> 1] = u < (share[column] as number) ? column : (alias[column] as number)
    })
  }
}

interface AliasTables {
  /** Share of a column that is its own. */
  readonly share: Float64Array
  /** Whose the rest is. */
  readonly alias: Uint32Array
}

function* aliasTables(weights: Float64Array): Generator<number, AliasTables> {
  const count = weights.length
  let [largest, sum] = [0, 0]
  for (const weight of weights) largest = Math.max(largest, weight)
  for (const weight of weights) sum += weight / largest
  yield 0
  const rest = new Float64Array(count)
  const share = new Float64Array(count).fill(1)
  const alias = new Uint32Array(count)
  const [small, large] = [new Uint32Array(count), new Uint32Array(count)]
  let [smalls, larges] = [0, 0]
  for (let i = 0; i < count; i++) {
    rest[i] = (((weights[i] as number) / largest) * count) / sum
    alias[i] = i
    if ((rest[i] as number) < 1) small[smalls++] = i
    else large[larges++] = i
    if (i % PART === 0) yield 0
  }
  for (let round = 0; smalls > 0 && larges > 0; round++) {
    const [low, high] = [small[--smalls] as number, large[larges - 1] as number]
    share[low] = rest[low] as number
    alias[low] = high
    rest[high] = (rest[high] as number) + (rest[low] as number) - 1
    if ((rest[high] as number) < 1) small[smalls++] = large[--larges] as number
    if (round % PART === 0) yield 0
  }
  // Rounding may leave columns of weight 0 with nobody to share with: they go to the heaviest item.
  const heaviest = weights.indexOf(largest)
  for (const i of small.subarray(0, smalls)) {
    if (weights[i] !== 0) continue
    share[i] = 0
    alias[i] = heaviest
  }
  return { share, alias }
}

/** Items looked at between two breaks. */
const PART = 1 << 16

/**
 * The items of the largest keys ln(u) / weight, largest first: one by one, each as likely as its share of what is left
 * (Efraimidis and Spirakis 2006).
 */
export function byKeys(weights: Float64Array): Chooser {
  return function* (out, stream, first) {
    const keys = new Float64Array(weights.length).fill(-Infinity)
    yield* eachDrawSteps(stream, first, weights.length, (k, hi, lo) => {
      const weight = weights[k - first] as number
      if (weight > 0) keys[k - first] = ln(u53(hi, lo) + 2 ** -54) / weight
    })
    const order = new Uint32Array(weights.length)
    let count = 0
    for (let i = 0; i < weights.length; i++) if ((weights[i] as number) > 0) order[count++] = i
    out.set((yield* sortedSteps(order.subarray(0, count), keys)).subarray(0, out.length))
  }
}

/** Merges runs of indices, twice as long every time, by descending keys; equal ones keep their order. */
function* sortedSteps(indices: Uint32Array, keys: Float64Array): Generator<number, Uint32Array> {
  let [from, to]: Uint32Array[] = [indices, new Uint32Array(indices.length)] as const
  for (let width = 1; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      const [middle, end] = [Math.min(start + width, from.length), Math.min(start + 2 * width, from.length)]
      let [left, right] = [start, middle]
      for (let at = start; at < end; at++) {
        const second =
          left === middle ||
          (right < end && (keys[from[right] as number] as number) > (keys[from[left] as number] as number))
        to[at] = from[second ? right++ : left++] as number
        if (at % PART === 0) yield 0
      }
    }
    ;[from, to] = [to, from]
  }
  return from
}
