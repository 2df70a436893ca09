/**
 * Checks on what callers pass in. Each takes the value and the argument's name, and gives the value back in the one
 * form that the rest of the package works with, or throws an error that says what it was and what is allowed.
 */
import type { ErrorCode } from './errors.js'
import { plainError, rangeError, show, typeError, wrongType, wrongValue } from './errors.js'
import { isLost } from './realm.js'

/** Seed of every random stream: a safe non-negative integer, or a bigint below 2^64. `0` is a seed like any other. */
export type Seed = number | bigint

const SEEDS = 'an integer from 0 to 2^53 - 1 or a bigint from 0n to 2^64 - 1'

/** No framework has tensors of more axes. */
const MAX_RANK = 64

const NO_OPTIONS: Record<string, unknown> = Object.freeze(Object.create(null) as Record<string, unknown>)

/**
 * Reads an options object once into a plain record, refusing any name that is not in `allowed`.
 *
 * @throws `ERR_INVALID_ARGUMENT` for something that is not an object, an unknown name, or a getter that throws.
 */
export function readOptions(
  value: unknown,
  allowed: readonly string[],
  argument = 'options',
): Record<string, unknown> {
  if (value === undefined || value === null) return NO_OPTIONS
  const record = readFields(value, allowed, argument)
  for (const name of Object.keys(record)) {
    if (!allowed.includes(name)) {
      const names = allowed.length === 0 ? 'it takes none' : `allowed are ${allowed.join(', ')}`
      throw typeError('ERR_INVALID_ARGUMENT', `${argument} has an unknown option ${show(name)}: ${names}`)
    }
  }
  return record
}

/** As `readRecord`, with what an object of a class, or one made from another, has of some names by inheritance. */
export function readFields(
  value: unknown,
  names: readonly string[],
  argument: string,
): Record<string, unknown> {
  const record = readRecord(value, argument)
  return readSafely('ERR_INVALID_ARGUMENT', argument, () => {
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === null || prototype === Object.prototype) return record
    for (const name of names)
      if (!(name in record) && name in prototype) record[name] = (value as Record<string, unknown>)[name]
    return record
  })
}

/** Copies the own enumerable string-keyed properties of an object; the copy has no prototype and no getters. */
export function readRecord(
  value: unknown,
  argument: string,
  code: ErrorCode = 'ERR_INVALID_ARGUMENT',
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isArray(value)) {
    throw typeError(code, `${argument} must be an object, got ${show(value)}`)
  }
  return readSafely(code, argument, () =>
    Object.assign(Object.create(null) as Record<string, unknown>, value),
  )
}

/** Copies an array, refusing those longer than `limit` before reading them. */
export function readArray(value: unknown, argument: string, code: ErrorCode, limit: number): unknown[] {
  if (!isArray(value)) throw typeError(code, `${argument} must be an array, got ${show(value)}`)
  return readSafely(code, argument, () => {
    if (value.length > limit)
      throw rangeError(code, `${argument} must have at most ${limit} entries, got ${value.length}`)
    return Array.from(value)
  })
}

/** `Array.isArray` throws on a revoked proxy; such a thing is no array. */
export function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** Runs code that touches the caller's object, whose getters and traps may throw. */
function readSafely<T>(code: ErrorCode, argument: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error
    throw typeError(code, `${argument} could not be read`, { cause: error })
  }
}

/** A finite number. */
export function finite(value: unknown, argument: string): number {
  return number(value, argument, Number.isFinite, 'a finite number')
}

/** A finite number that is not negative. */
export function nonNegative(value: unknown, argument: string): number {
  return number(value, argument, (x) => x >= 0 && x < Infinity, 'a finite number >= 0')
}

/** A finite number above zero. */
export function positive(value: unknown, argument: string): number {
  return number(value, argument, (x) => x > 0 && x < Infinity, 'a finite number > 0')
}

/** A finite number that single precision, which training computes in, doesn't take for infinite. */
export function single(value: unknown, argument: string): number {
  return number(value, argument, isSingle, 'a number that is finite in single precision')
}

/** As `single`, and not negative. */
export function nonNegativeSingle(value: unknown, argument: string): number {
  return number(value, argument, (x) => x >= 0 && isSingle(x), 'a number >= 0, finite in single precision')
}

function isSingle(x: number): boolean {
  return Number.isFinite(Math.fround(x))
}

/** A number from 0 to 1. */
export function probability(value: unknown, argument: string): number {
  return number(value, argument, (x) => x >= 0 && x <= 1, 'a number from 0 to 1')
}

/** A number from 0 up to, not including, 1. */
export function belowOne(value: unknown, argument: string): number {
  return number(value, argument, (x) => x >= 0 && x < 1, 'a number from 0 up to, not including, 1')
}

/** Any number but NaN: a bound that may be infinite. */
export function bound(value: unknown, argument: string): number {
  return number(value, argument, (x) => !Number.isNaN(x), 'a number, infinities included')
}

/** An integer in [low, high]. */
export function integer(
  value: unknown,
  argument: string,
  low: number,
  high = Number.MAX_SAFE_INTEGER,
): number {
  const allowed =
    high === Number.MAX_SAFE_INTEGER ? `an integer >= ${low}` : `an integer from ${low} to ${high}`
  return number(value, argument, (x) => Number.isSafeInteger(x) && x >= low && x <= high, allowed)
}

/** A number that passes a check. */
export function number(
  value: unknown,
  argument: string,
  ok: (x: number) => boolean,
  allowed: string,
): number {
  if (typeof value !== 'number') throw wrongType(argument, allowed, value)
  if (!ok(value)) throw wrongValue(argument, allowed, value)
  return value
}

/** `true` or `false`, nothing that merely counts as one. */
export function boolean(value: unknown, argument: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(argument, 'true or false', value)
  return value
}

/** One of a few words. */
export function oneOf<const T extends string>(value: unknown, argument: string, words: readonly T[]): T {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  const allowed = words.map((word) => `'${word}'`).join(' or ')
  throw (typeof value === 'string' ? wrongValue : wrongType)(argument, allowed, value)
}

/**
 * A seed as an unsigned 64-bit integer.
 *
 * @throws `ERR_INVALID_SEED`
 */
export function seedOf(value: unknown, argument = 'seed'): bigint {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw typeError('ERR_INVALID_SEED', `${argument} must be ${SEEDS}, got ${show(value)}`)
  }
  const valid =
    typeof value === 'bigint' ? value >= 0n && value < 1n << 64n : Number.isSafeInteger(value) && value >= 0
  if (!valid) throw rangeError('ERR_INVALID_SEED', `${argument} must be ${SEEDS}, got ${show(value)}`)
  return BigInt(value)
}

/**
 * A seed in a JSON document: as `seedOf`, or a decimal string.
 *
 * @throws `ERR_INVALID_SEED`
 */
export function jsonSeed(value: unknown, argument = 'seed'): bigint {
  return seedOf(typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : value, argument)
}

/**
 * A stream's path: any string without lone surrogates.
 *
 * @throws `ERR_INVALID_PATH`
 */
export function pathOf(value: unknown, argument = 'path'): string {
  if (typeof value !== 'string')
    throw typeError('ERR_INVALID_PATH', `${argument} must be a string, got ${show(value)}`)
  if (!value.isWellFormed()) {
    throw rangeError(
      'ERR_INVALID_PATH',
      `${argument} must be well-formed Unicode, got ${show(value)} with a lone surrogate`,
    )
  }
  return value
}

/**
 * A tensor's shape, copied: sizes are integers >= 0 and their product at most 2^53 - 1. `[]` is a scalar.
 *
 * @throws `ERR_INVALID_SHAPE`
 */
export function shapeOf(value: unknown, argument = 'shape'): readonly number[] {
  const sizes = readArray(value, argument, 'ERR_INVALID_SHAPE', MAX_RANK)
  for (let axis = 0; axis < sizes.length; axis++) {
    const size = sizes[axis]
    if (Number.isSafeInteger(size) && (size as number) >= 0) continue
    const make = typeof size === 'number' ? rangeError : typeError
    const message = `${argument}[${axis}] must be an integer from 0 to 2^53 - 1, got ${show(size)}`
    throw make('ERR_INVALID_SHAPE', message)
  }
  const shape = sizes as number[]
  if (sizeOf(shape) > Number.MAX_SAFE_INTEGER) {
    throw rangeError('ERR_INVALID_SHAPE', `${argument} [${shape.join(', ')}] has more than 2^53 - 1 elements`)
  }
  return shape
}

/** Number of elements of a shape; 0 where any axis is empty, whatever the others. */
export function sizeOf(shape: readonly number[]): number {
  let product = 1
  for (const size of shape) {
    if (size === 0) return 0
    product *= size
  }
  return product
}

/**
 * Refuses an array that is not as long as its shape says.
 *
 * @throws `ERR_LENGTH_MISMATCH`
 */
export function fitShape(length: number, shape: readonly number[], argument: string): void {
  if (length === sizeOf(shape)) return
  const needed = `shape [${shape.join(', ')}] needs ${sizeOf(shape)} elements`
  throw rangeError('ERR_LENGTH_MISMATCH', `${needed}, ${argument} has ${length}`)
}

/** A range of a flat tensor of `size` elements: `length` defaults to all that follow `offset`. */
export function rangeOf(offset: unknown, length: unknown, size: number): { offset: number; length: number } {
  const start = offset === undefined ? 0 : integer(offset, 'offset', 0, size)
  return {
    offset: start,
    length: length === undefined ? size - start : integer(length, 'length', 0, size - start),
  }
}

/**
 * An array of the caller's whose memory is there: it may have been transferred, or shrunk by who resized it.
 *
 * @param length - that it had when it was given, for work that takes a while
 */
export function present<T extends ArrayBufferView & { readonly length: number }>(
  array: T,
  argument: string,
  length = array.length,
): T {
  // What has lost its memory has no elements.
  if (array.length === length && (length > 0 || !isLost(array))) return array
  throw typeError('ERR_INVALID_ARGUMENT', `${argument} is an array whose memory is gone`)
}

/**
 * Allocates through `make`.
 *
 * @throws `ERR_OUT_OF_MEMORY` where the runtime refuses.
 */
export function allocate<T>(what: string, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw plainError('ERR_OUT_OF_MEMORY', `there is no memory for ${what}`, { cause: error })
  }
}
