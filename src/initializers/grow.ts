import { eachDraw, u53 } from '../math/u53.js'
import { streamKey } from '../math/stream.js'
import { arrayKind } from '../realm.js'
import { allocate, integer, pathOf, readOptions, type Seed, seedOf } from '../validate.js'
import { floatArray } from './given.js'

/** Kernels [in, out] and bias of a layer, and the kernel of the one behind it. */
export interface GrowLayers {
  readonly kernel: Float32Array
  readonly bias?: Float32Array | undefined
  /** Kernel of the next layer: [units, out]. */
  readonly next: Float32Array
}

export interface GrowOptions {
  seed: Seed
  /** Default: ''. */
  path?: string | undefined
}

/**
 * A wider hidden layer that computes the same function (Chen, Goodfellow and Shlens 2016, "Net2WiderNet"): new units are
 * copies of old ones drawn at random, and what leaves a unit is divided by the number of its copies.
 *
 * @param units - how many the layer has, and how many it shall have
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_SEED`, `ERR_INVALID_PATH`
 */
export function grow(
  layers: GrowLayers,
  units: { readonly from: number; readonly to: number },
  options: GrowOptions,
): { kernel: Float32Array; bias?: Float32Array; next: Float32Array } {
  const { kernel, bias, next } = readOptions(layers, ['kernel', 'bias', 'next'], 'layers')
  const size = readOptions(units, ['from', 'to'], 'units')
  const from = integer(size['from'], 'units.from', 1)
  const to = integer(size['to'], 'units.to', from)
  const { seed, path = '' } = readOptions(options, ['seed', 'path'])
  const incoming = floatArray(kernel, 'kernel', multipleOf(kernel, from))
  const outgoing = floatArray(next, 'next', multipleOf(next, from))
  const [inputs, outputs] = [incoming.length / from, outgoing.length / from]
  const room = (length: number): Float32Array =>
    allocate(`a layer of ${to} units`, () => new Float32Array(length))
  const [wide, narrow] = [room(inputs * to), room(to * outputs)]
  const sources = allocate(`${to} units`, () => Uint32Array.from({ length: to }, (_, unit) => unit))
  eachDraw(streamKey(seedOf(seed), pathOf(path)), 0, to - from, (k, hi, lo) => {
    sources[from + k] = Math.min(Math.floor(u53(hi, lo) * from), from - 1)
  })
  const copies = new Uint32Array(from)
  for (const source of sources) copies[source] = (copies[source] as number) + 1
  for (const [unit, source] of sources.entries()) {
    for (let i = 0; i < inputs; i++) wide[i * to + unit] = incoming[i * from + source] as number
    for (let o = 0; o < outputs; o++)
      narrow[unit * outputs + o] = (outgoing[source * outputs + o] as number) / (copies[source] as number)
  }
  if (bias === undefined) return { kernel: wide, next: narrow }
  const old = floatArray(bias, 'bias', from)
  return { kernel: wide, bias: Float32Array.from(sources, (source) => old[source] as number), next: narrow }
}

/** The length of an array whose rows or columns are units. */
function multipleOf(value: unknown, units: number): number {
  const { length = 0 } = (arrayKind(value) === undefined ? {} : value) as { length?: number }
  return Math.ceil(length / units) * units
}
