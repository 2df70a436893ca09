import { ln } from '../engine/js/special.js'
import { eachDrawSteps, u53 } from '../engine/js/u53.js'
import type { StreamKey } from '../engine/law.js'

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
  const { share, alias } = aliasTables(weights)
  const count = weights.length
  return function* (out, stream, first) {
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

function aliasTables(weights: Float64Array): AliasTables {
  const count = weights.length
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0)
  const sum = weights.reduce((total, weight) => total + weight / largest, 0)
  const rest = weights.map((weight) => ((weight / largest) * count) / sum)
  const share = new Float64Array(count).fill(1)
  const alias = Uint32Array.from({ length: count }, (_, i) => i)
  const small: number[] = []
  const large: number[] = []
  for (const [i, weight] of rest.entries()) (weight < 1 ? small : large).push(i)
  while (small.length > 0 && large.length > 0) {
    const [low, high] = [small.pop() as number, large[large.length - 1] as number]
    share[low] = rest[low] as number
    alias[low] = high
    rest[high] = (rest[high] as number) + (rest[low] as number) - 1
    if ((rest[high] as number) < 1) small.push(large.pop() as number)
  }
  // Rounding may leave columns of weight 0 with nobody to share with: they go to the heaviest item.
  const heaviest = weights.indexOf(largest)
  for (const i of small) {
    if (weights[i] !== 0) continue
    share[i] = 0
    alias[i] = heaviest
  }
  return { share, alias }
}

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
    const order = Array.from(keys.keys()).filter((i) => (weights[i] as number) > 0)
    order.sort((a, b) => (keys[b] as number) - (keys[a] as number) || a - b)
    out.set(order.slice(0, out.length))
  }
}
