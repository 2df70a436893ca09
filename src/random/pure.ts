/**
 * Samplers as pure functions of (seed, path): element i of a call with offset k is element k + i of the stream.
 */
import type { Dtype } from '../engine/law.js'
import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../async/watch.js'
import { streamKey } from '../math/stream.js'
import { integer, pathOf, readOptions, seedOf } from '../validate.js'
import type { Distribution, DistributionParams } from './distributions.js'
import { type Draw, normalSampler, type Sampler, truncatedSampler, uniformSampler } from './draw.js'
import { type Fill, fillLater, fillNow, WORK_OPTIONS, type WorkOptions } from './fill.js'
import { Generator } from './generator.js'
import type {
  NormalOptions,
  RangeOptions,
  StreamOptions,
  TruncatedNormalOptions,
  UniformOptions,
} from './options.js'
import type { Filled, FloatArray } from './output.js'
import { sampleDraw } from './sample.js'

const PLACE = ['seed', 'path', 'offset'] as const

function fillOf({ law, view, dtype, work, options }: Draw): Fill {
  const { seed, path = '', offset = 0 } = options
  const stream = streamKey(seedOf(seed), pathOf(path))
  const last = Number.MAX_SAFE_INTEGER - view.length
  return { law, view, dtype, stream, offset: integer(offset, 'offset', 0, last), ...work }
}

function now(sampler: Sampler, out: unknown, options: unknown): unknown {
  const draw = sampler(out, options, PLACE)
  fillNow(fillOf(draw))
  return draw.array
}

async function later(sampler: Sampler, out: unknown, options: unknown): Promise<unknown> {
  const draw = sampler(out, options, [...PLACE, ...ASYNC_OPTIONS])
  await fillLater(fillOf(draw), watch(draw.options, draw.view.length, 'elements'))
  return draw.array
}

/**
 * Uniform on [low, high), by default [0, 1).
 *
 * @param out - a length, or an array to fill
 * @returns a new array (Float32Array unless `dtype` says otherwise), or `out` itself
 * @throws `ERR_INVALID_SEED`, `ERR_INVALID_PATH`, `ERR_INVALID_ARGUMENT`
 */
export function uniform<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: UniformOptions<D> & RangeOptions,
): Filled<O, D> {
  return now(uniformSampler, out, options) as Filled<O, D>
}

/** As `uniform`, without blocking the event loop. */
export async function uniformAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: UniformOptions<D> & RangeOptions & AsyncOptions,
): Promise<Filled<O, D>> {
  return (await later(uniformSampler, out, options)) as Filled<O, D>
}

/**
 * Normal, by default with mean 0 and standard deviation 1.
 *
 * @param out - a length, or an array to fill
 * @returns a new array (Float32Array unless `dtype` says otherwise), or `out` itself
 * @throws `ERR_INVALID_SEED`, `ERR_INVALID_PATH`, `ERR_INVALID_ARGUMENT`
 */
export function normal<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: NormalOptions<D> & RangeOptions,
): Filled<O, D> {
  return now(normalSampler, out, options) as Filled<O, D>
}

/** As `normal`, without blocking the event loop. */
export async function normalAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: NormalOptions<D> & RangeOptions & AsyncOptions,
): Promise<Filled<O, D>> {
  return (await later(normalSampler, out, options)) as Filled<O, D>
}

/**
 * Normal cut to [lower, upper], in multiples of sigma or absolute as `bounds` says; values never leave the interval.
 *
 * @param out - a length, or an array to fill
 * @returns a new array (Float32Array unless `dtype` says otherwise), or `out` itself
 * @throws `ERR_INVALID_SEED`, `ERR_INVALID_PATH`, `ERR_INVALID_ARGUMENT` (also for an interval without a number in it, or
 * wholly beyond 38 sigma)
 */
export function truncatedNormal<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: TruncatedNormalOptions<D> & RangeOptions,
): Filled<O, D> {
  return now(truncatedSampler, out, options) as Filled<O, D>
}

/** As `truncatedNormal`, without blocking the event loop. */
export async function truncatedNormalAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: TruncatedNormalOptions<D> & RangeOptions & AsyncOptions,
): Promise<Filled<O, D>> {
  return (await later(truncatedSampler, out, options)) as Filled<O, D>
}

/** Where in a stream a sample's values are. */
function placeOf({ seed, path = '', offset = 0 }: Record<string, unknown>, length: number) {
  const stream = streamKey(seedOf(seed), pathOf(path))
  return { stream, offset: integer(offset, 'offset', 0, MAX_SAMPLES - length) }
}

/** Values of a stream: each has 64 words of its own. */
const MAX_SAMPLES = 2 ** 46

/**
 * Draws of a distribution of the long tail (`Generator.sample`) as a pure function of (seed, path): native only, and
 * **outside the bit contract**.
 *
 * @param out - a number of values or an array to fill
 * @param params - the distribution's parameters
 * @throws as `Generator.sample`, and `ERR_INVALID_SEED`, `ERR_INVALID_PATH`
 */
export function sample<D extends Distribution>(
  distribution: D,
  out: number | Float32Array,
  params: DistributionParams[D],
  options: WorkOptions & RangeOptions,
): Float32Array {
  const draw = sampleDraw(distribution, out, params, options, PLACE)
  const { stream, offset } = placeOf(draw.options, draw.out.length)
  draw.run(stream, 0, offset)
  return draw.out
}

/** As `sample`, without blocking the event loop. */
export async function sampleAsync<D extends Distribution>(
  distribution: D,
  out: number | Float32Array,
  params: DistributionParams[D],
  options: WorkOptions & RangeOptions & AsyncOptions,
): Promise<Float32Array> {
  const draw = sampleDraw(distribution, out, params, options, [...PLACE, ...ASYNC_OPTIONS])
  const { stream, offset } = placeOf(draw.options, draw.out.length)
  await draw.runLater(stream, 0, offset, watch(draw.options, draw.out.length, 'elements'))
  return draw.out
}

/**
 * The numbers 0 .. n - 1 in random order (Fisher and Yates).
 *
 * @param n - length, at most 2^32
 */
export function permutation(n: number, options: StreamOptions & WorkOptions): Uint32Array {
  const { seed, path = '', ...work } = readOptions(options, ['seed', 'path', ...WORK_OPTIONS])
  return new Generator(seedOf(seed), pathOf(path)).permutation(n, work)
}

/** As `permutation`, without blocking the event loop. */
export async function permutationAsync(
  n: number,
  options: StreamOptions & WorkOptions & AsyncOptions,
): Promise<Uint32Array> {
  const names = ['seed', 'path', ...WORK_OPTIONS, ...ASYNC_OPTIONS]
  const { seed, path = '', ...rest } = readOptions(options, names)
  return new Generator(seedOf(seed), pathOf(path)).permutationAsync(n, rest)
}
