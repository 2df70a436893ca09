import type { StreamKey } from '../math/stream.js'
import { rangeError, wrongType } from '../errors.js'
import { allocate, boolean, integer, isArray, nonNegative, readOptions } from '../validate.js'
import { arrayKind, isNumbers } from '../realm.js'
import { byAlias, byKeys, type Chooser, uniformly, withoutReplacement } from './choosers.js'
import type { TypedArray } from './shuffle.js'

/** How items are chosen. */
export interface ChoiceOptions {
  /** Whether an item may be chosen more than once. Default: true. */
  replace?: boolean | undefined
  /** How likely each item is, up to a common factor: numbers >= 0, one an item. Default: all alike. */
  weights?: ArrayLike<number> | undefined
}

/** A choice's arguments, checked. */
export interface Choice {
  /** Draws of 53 bits that it takes. */
  readonly draws: number
  readonly options: Record<string, unknown>
  /** Chooses in steps: items, or indices where a number was given. */
  make(stream: StreamKey, first: number): Generator<number, unknown>
}

/** Checks a choice's arguments; the options named in `more` are the caller's. */
export function choiceOf(items: unknown, size: unknown, given: unknown, more: readonly string[]): Choice {
  const options = readOptions(given, ['replace', 'weights', ...more])
  const { replace = true, weights } = options
  const count = countOf(items)
  const wanted = integer(size, 'size', 0, 2 ** 32)
  const again = boolean(replace, 'replace')
  const scaled = weights === undefined ? undefined : weightsOf(weights, count)
  const available = scaled === undefined ? count : positives(scaled)
  if (wanted > 0 && (available === 0 || (!again && wanted > available))) {
    const kind = scaled === undefined ? 'items' : 'items of positive weight'
    throw rangeError('ERR_INVALID_ARGUMENT', `size must be at most ${available}, the ${kind}, got ${wanted}`)
  }
  const [draws, choose] = plan(count, wanted, again, scaled)
  const indices = allocate(`${wanted} indices`, () => new Uint32Array(wanted))
  return {
    draws,
    options,
    *make(stream, first) {
      if (wanted > 0) yield* choose(indices, stream, first)
      return typeof items === 'number' ? indices : yield* takenSteps(items, indices)
    },
  }
}

function positives(weights: Float64Array): number {
  let count = 0
  for (const weight of weights) if (weight > 0) count++
  return count
}

function countOf(items: unknown): number {
  if (typeof items === 'number') return integer(items, 'items', 0, 2 ** 32)
  if (arrayKind(items) !== undefined || isArray(items)) return (items as ArrayLike<unknown>).length
  const allowed = 'a number of items, an array or a typed array'
  throw wrongType('items', allowed, items)
}

/** Weights that add up to less are scaled. */
const TINY = 2 ** -900

function weightsOf(weights: unknown, count: number): Float64Array {
  if (!isArray(weights) && !isNumbers(weights)) {
    throw wrongType('weights', 'an array of numbers', weights)
  }
  const list = weights as ArrayLike<unknown>
  if (list.length !== count)
    throw rangeError('ERR_LENGTH_MISMATCH', `weights must have ${count} entries, got ${list.length}`)
  const scaled = allocate(`${count} weights`, () => new Float64Array(count))
  let sum = 0
  for (let i = 0; i < count; i++) {
    const weight = list[i]
    // The name is made for one that is wrong alone: it takes longer than all the rest.
    const right = typeof weight === 'number' && weight >= 0 && weight < Infinity
    sum += scaled[i] = right ? weight : nonNegative(weight, `weights[${i}]`)
  }
  // What they are divided into would overflow: their factor is of no consequence, and a power of two exact.
  if (sum < TINY) return scaled.map((weight) => weight / TINY)
  if (sum < Infinity) return scaled
  throw rangeError('ERR_INVALID_ARGUMENT', 'weights must have a finite sum')
}

function plan(
  count: number,
  size: number,
  replace: boolean,
  weights: Float64Array | undefined,
): [draws: number, choose: Chooser] {
  if (weights === undefined) {
    if (replace) return [size, uniformly(count)]
    return [Math.min(size, Math.max(count - 1, 0)), withoutReplacement(count)]
  }
  return replace ? [2 * size, byAlias(weights)] : [count, byKeys(weights)]
}

function* takenSteps(items: unknown, indices: Uint32Array): Generator<number, unknown> {
  const source = items as TypedArray
  const out =
    arrayKind(items) === undefined
      ? new Array<unknown>(indices.length)
      : new (source.constructor as new (length: number) => TypedArray)(indices.length)
  for (let k = 0; k < indices.length; k++) {
    out[k] = source[indices[k] as number] as never
    if (k % PART === 0) yield k
  }
  return out
}

/** Items taken between two breaks. */
const PART = 1 << 16

/** Items as they are now, whatever becomes of the caller's array. */
export function copied(items: unknown): unknown {
  if (Array.isArray(items)) return [...(items as unknown[])]
  return ArrayBuffer.isView(items) && !(items instanceof DataView) ? (items as Uint8Array).slice() : items
}
