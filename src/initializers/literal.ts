import type { ValuesLaw } from '../engine/law.js'
import { rangeError, wrongType } from '../errors.js'
import { isNumbers } from '../realm.js'
import { finite, isArray, present, readArray, readRecord } from '../validate.js'
import type { Target } from './definition.js'
import type { Json } from './types.js'
import { each } from './values.js'

/** Literal values: a nested array with its shape, or a flat one that takes the tensor's shape. */
export interface Literal {
  readonly data: Float64Array
  /** Undefined where the values came in a typed array, which has no shape. */
  readonly shape: readonly number[] | undefined
}

const MAX_LENGTH = 2 ** 31

/**
 * Reads a nested array, a typed array of numbers, or Keras's serialized NumPy array.
 *
 * @throws `ERR_INVALID_ARGUMENT` for ragged arrays and entries that are not finite numbers
 */
export function readLiteral(value: unknown, argument: string): Literal {
  if (isNumbers(value)) {
    const data = new Float64Array(present(value, argument))
    for (const entry of data) if (!Number.isFinite(entry)) finite(entry, `an entry of ${argument}`)
    return { data, shape: undefined }
  }
  const nested = isArray(value) ? value : serializedArray(value, argument)
  const shape: number[] = []
  const entries: number[] = []
  collect(nested, argument, shape, entries, 0)
  return { data: Float64Array.from(entries), shape }
}

/** The values of `{ class_name: '__numpy__', config: { value, dtype } }`. */
function serializedArray(value: unknown, argument: string): unknown {
  const { class_name: name, className = name, config } = readRecord(value, argument)
  if (className === '__numpy__' || className === '__tensor__') return readRecord(config, argument)['value']
  throw wrongType(argument, 'a number or an array of numbers', value)
}

function collect(value: unknown, argument: string, shape: number[], entries: number[], depth: number): void {
  if (!isArray(value)) {
    if (depth !== shape.length) throw ragged(argument)
    entries.push(finite(value, `an entry of ${argument}`))
    return
  }
  const items = readArray(value, argument, 'ERR_INVALID_ARGUMENT', MAX_LENGTH)
  if (shape.length === depth && entries.length === 0) shape.push(items.length)
  if (shape[depth] !== items.length || depth > 64) throw ragged(argument)
  for (const item of items) collect(item, argument, shape, entries, depth + 1)
}

function ragged(argument: string): Error {
  return rangeError(
    'ERR_INVALID_ARGUMENT',
    `${argument} must be a rectangular array: rows differ in length or depth`,
  )
}

/** The literal as Keras serializes a NumPy array. */
export function writeLiteral({ data, shape = [data.length] }: Literal): Json {
  let items: Json[] = [...data]
  for (const size of shape.slice(1).reverse()) {
    items = Array.from({ length: size === 0 ? 0 : items.length / size }, (_, i) =>
      items.slice(i * size, (i + 1) * size),
    )
  }
  return { class_name: '__numpy__', config: { value: items, dtype: 'float64' } }
}

/**
 * The literal broadcast to a tensor by NumPy's rule: aligned at the last axis, sizes equal or 1.
 *
 * @throws `ERR_INVALID_SHAPE` where it can't be
 */
export function broadcast({ data, shape: own }: Literal, target: Target): ValuesLaw {
  const { size, shape } = target
  const from = own ?? (data.length === size ? shape : [data.length])
  const lead = shape.length - from.length
  const fits = lead >= 0 && from.every((length, axis) => length === 1 || length === shape[lead + axis])
  if (!fits) {
    const message = `shape [${shape.join(', ')}] can't be filled with a value of shape [${from.join(', ')}]`
    throw rangeError('ERR_INVALID_SHAPE', message)
  }
  return each(
    target,
    (element) => data[data.length === size ? element : sourceIndex(element, shape, from)] as number,
  )
}

/** Index in the broadcast array of the entry that element `index` of the shape takes. */
function sourceIndex(index: number, shape: readonly number[], from: readonly number[]): number {
  let source = 0
  let stride = 1
  for (let axis = 1; axis <= from.length; axis++) {
    const size = shape[shape.length - axis] as number
    const own = from[from.length - axis] as number
    source += (own === 1 ? 0 : index % size) * stride
    index = Math.floor(index / size)
    stride *= own
  }
  return source
}
