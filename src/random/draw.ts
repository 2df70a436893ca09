import type { Law, View } from '../engine/law.js'
import { wrongType } from '../errors.js'
import {
  allocate,
  boolean,
  bound,
  finite,
  integer,
  nonNegative,
  oneOf,
  present,
  readOptions,
} from '../validate.js'
import { type Fill, readWork, WORK_OPTIONS } from './fill.js'
import { bernoulliLaw, integersLaw, normalLaw, truncatedLaw, uniformLaw } from './laws.js'
import { type Dtype, outputOf } from './output.js'
import { arrayKind, ownArray } from '../realm.js'

/** What a sampler's arguments come to: the memory, the law of its values, and how many words an element takes. */
export interface Draw {
  /** What the caller gets: a new array, or the one passed in. */
  readonly array: unknown
  readonly view: View
  readonly law: Law
  readonly wordsPerElement: 1 | 2
  readonly dtype?: Dtype
  readonly work: Pick<Fill, 'engine' | 'threads'>
  /** All options, read once; those beyond the sampler's own are the caller's to check. */
  readonly options: Record<string, unknown>
}

/** A sampler: reads its arguments, accepting the options named in `more` beside its own. */
export type Sampler = (out: unknown, options: unknown, more: readonly string[]) => Draw

function floats(
  names: readonly string[],
  lawOf: (options: Record<string, unknown>, dtype: Dtype) => Law,
): Sampler {
  return (out, given, more) => {
    const options = readOptions(given, [...names, 'dtype', ...WORK_OPTIONS, ...more])
    const work = readWork(options)
    const { array, view, dtype } = outputOf(out, options['dtype'])
    const wordsPerElement = dtype === 'F64' ? 2 : 1
    return { array, view, law: lawOf(options, dtype), wordsPerElement, dtype, work, options }
  }
}

function whole(
  Type: Uint8ArrayConstructor | Int32ArrayConstructor,
  wordsPerElement: 1 | 2,
  names: readonly string[],
  lawOf: (options: Record<string, unknown>) => Law,
): Sampler {
  return (out, given, more) => {
    const options = readOptions(given, [...names, ...WORK_OPTIONS, ...more])
    const work = readWork(options)
    const law = lawOf(options)
    const array = wholeArray(Type, out)
    return { array, view: ownArray(array) as View, law, wordsPerElement, work, options }
  }
}

function wholeArray(
  Type: Uint8ArrayConstructor | Int32ArrayConstructor,
  out: unknown,
): Uint8Array | Int32Array {
  if (typeof out === 'number') {
    const length = integer(out, 'out', 0)
    return allocate(`${length} values`, () => new Type(length))
  }
  if (arrayKind(out) === Type.name) return present(out as Uint8Array | Int32Array, 'out')
  throw wrongType('out', `a length or a ${Type.name}`, out)
}

export const uniformSampler = floats(['low', 'high'], ({ low = 0, high = 1 }, dtype) =>
  uniformLaw(finite(low, 'low'), finite(high, 'high'), dtype),
)

export const normalSampler = floats(['mean', 'stddev'], ({ mean = 0, stddev = 1 }, dtype) =>
  normalLaw(finite(mean, 'mean'), nonNegative(stddev, 'stddev'), dtype),
)

const TRUNCATION = ['mean', 'stddev', 'lower', 'upper', 'bounds', 'preserveStddev']

export const truncatedSampler = floats(TRUNCATION, (o, dtype) => {
  const { mean = 0, stddev = 1, preserveStddev = false } = o
  const cut = {
    mean: finite(mean, 'mean'),
    stddev: nonNegative(stddev, 'stddev'),
    lower: bound(o['lower'], 'lower'),
    upper: bound(o['upper'], 'upper'),
    bounds: oneOf(o['bounds'], 'bounds', ['sigma', 'absolute']),
  }
  return truncatedLaw(cut, boolean(preserveStddev, 'preserveStddev'), dtype)
})

export const bernoulliSampler = whole(Uint8Array, 1, ['p'], ({ p }) => bernoulliLaw(p))

export const integersSampler = whole(Int32Array, 2, ['low', 'high'], ({ low, high }) =>
  integersLaw(low, high),
)
