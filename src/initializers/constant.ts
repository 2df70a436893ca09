import { constantLaw } from '../random/laws.js'
import { finite } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define, type Param } from './definition.js'
import type { Layout } from './layouts.js'
import { broadcast, type Literal, readLiteral, writeLiteral } from './literal.js'
import type { Initializer } from './types.js'

/** Options of every initializer. */
export interface CommonOptions {
  /** How fans and matrix views are read from the shape. Default: 'keras'. */
  layout?: Layout | undefined
}

/** Numbers in rows of rows, all of equal length. */
export type NestedArray = readonly (number | NestedArray)[]

export interface ConstantOptions extends CommonOptions {
  /** A finite number (default 0), or an array that has the tensor's shape or is broadcast to it by NumPy's rule. */
  value?: number | NestedArray | ArrayLike<number> | undefined
}

export const ZEROS = define<object>({
  className: 'Zeros',
  aliases: ['zero'],
  random: false,
  params: {},
  law: (_, { dtype }) => constantLaw(0, dtype),
})

export const ONES = define<object>({
  className: 'Ones',
  aliases: ['one'],
  random: false,
  params: {},
  law: (_, { dtype }) => constantLaw(1, dtype),
})

const constantValue: Param<number | Literal> = {
  read: (value, argument) =>
    typeof value === 'number' ? finite(value, argument) : readLiteral(value, argument),
  fallback: 0,
  write: (value) => (typeof value === 'number' ? value : writeLiteral(value)),
}

export const CONSTANT = define<{ value: number | Literal }>({
  className: 'Constant',
  random: false,
  params: { value: constantValue },
  law: ({ value }, target) =>
    typeof value === 'number' ? constantLaw(value, target.dtype) : broadcast(value, target),
})

/** Zeros, as `keras.initializers.Zeros`. */
export function zeros(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(ZEROS, options)
}

/** Ones, as `keras.initializers.Ones`. */
export function ones(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(ONES, options)
}

/** One value or the values of an array, as `keras.initializers.Constant`. */
export function constant(options?: ConstantOptions): Initializer {
  return new CatalogueInitializer(CONSTANT, options)
}
