import { eachDrawSteps, u53 } from '../math/u53.js'
import type { StreamKey } from '../math/stream.js'
import { wrongType } from '../errors.js'
import { isArray } from '../validate.js'
import { arrayKind } from '../realm.js'

/** Any typed array. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

export interface Swappable {
  readonly length: number
  [index: number]: unknown
}

/** Refuses what can't be shuffled in place. */
export function checkShuffled(items: unknown): Swappable {
  const kind = arrayKind(items)
  if (kind !== undefined || (isArray(items) && !Object.isFrozen(items))) return items as Swappable
  throw wrongType('items', 'an array (not frozen) or a typed array', items)
}

/**
 * Fisher and Yates's shuffle, from the last item down (Durstenfeld 1964), in place: item i is swapped with item
 * floor(u * (i + 1)), u being uniform number `first`, `first + 1`, ... of the stream, with 53 bits each. Yields the
 * number of swaps done.
 */
export function* shuffleSteps(items: Swappable, stream: StreamKey, first: number): Generator<number, void> {
  const swaps = Math.max(0, items.length - 1)
  yield* eachDrawSteps(stream, first, swaps, (k, hi, lo) => {
    const i = swaps - (k - first)
    const j = Math.min(Math.floor(u53(hi, lo) * (i + 1)), i)
    const item = items[i]
    items[i] = items[j]
    items[j] = item
  })
}
