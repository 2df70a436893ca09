import type { Dtype } from '../engine/law.js'
import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../async/watch.js'
import { finished, type Steps } from '../async/steps.js'
import { pickEngine } from '../engine/select.js'
import { runInSlices } from '../async/slices.js'
import { streamKey, type StreamKey } from '../math/stream.js'
import { rangeError, wrongType } from '../errors.js'
import {
  allocate,
  integer,
  jsonSeed,
  pathOf,
  present,
  readOptions,
  readRecord,
  type Seed,
  seedOf,
} from '../validate.js'
import {
  bernoulliSampler,
  type Draw,
  integersSampler,
  normalSampler,
  type Sampler,
  truncatedSampler,
  uniformSampler,
} from './draw.js'
import { type ChoiceOptions, choiceOf, copied } from './choice.js'
import type { Distribution, DistributionParams } from './distributions.js'
import { checkWork, engineOf, fillLater, fillNow, readWork, WORK_OPTIONS, type WorkOptions } from './fill.js'
import type { Filled, FloatArray } from './output.js'
import type {
  BernoulliOptions,
  IntegersOptions,
  NormalOptions,
  TruncatedNormalOptions,
  UniformOptions,
} from './options.js'
import { Position } from './position.js'
import { sampleDraw } from './sample.js'
import { entropySeed } from './seed.js'
import { checkShuffled, shuffleSteps, type Swappable, type TypedArray } from './shuffle.js'

/** Options of work that can be watched. */
const WORK_AND_WATCH = [...WORK_OPTIONS, ...ASYNC_OPTIONS]

/** Longest permutation that the TypeScript engine makes as fast as the native one. */
const PERMUTATION_CROSSING = 16

/** A Generator's state in JSON. */
export interface GeneratorState {
  seed: string
  path: string
  position: string
}

/**
 * A stream of random numbers named by (seed, path), with a position in it.
 *
 * Every draw takes a length, and returns a new array, or an array to fill, and returns that one. It starts on a fresh
 * block of 4096 words and moves `position` behind the words it used; a draw of length 0 moves nothing. The asynchronous
 * forms move `position` at the call, so that draws may overlap. The same seed, path and position give the same bits on
 * every engine and machine.
 */
export class Generator {
  readonly #seed: bigint
  readonly #path: string
  readonly #stream: StreamKey
  readonly #position = new Position()

  /**
   * @param seed - a safe non-negative integer or a bigint below 2^64; by default 64 random bits from the system
   * @param path - the stream's name, any well-formed string
   * @throws `ERR_INVALID_SEED`, `ERR_INVALID_PATH`
   */
  constructor(seed?: Seed, path = '') {
    this.#seed = seed === undefined ? entropySeed() : seedOf(seed)
    this.#path = pathOf(path)
    this.#stream = streamKey(this.#seed, this.#path)
  }

  /** The seed, as an unsigned 64-bit integer. */
  get seed(): bigint {
    return this.#seed
  }

  /** The name of the stream. */
  get path(): string {
    return this.#path
  }

  /** Words consumed, from 0 to 2^53; settable. */
  get position(): bigint {
    return this.#position.words
  }

  set position(value: bigint) {
    this.#position.words = value
  }

  /** An independent generator on the stream `path/name` (`name` where the path is empty), at position 0. */
  fork(name: string): Generator {
    if (pathOf(name, 'name') === '') throw rangeError('ERR_INVALID_PATH', 'name must not be empty')
    return new Generator(this.seed, this.path === '' ? name : `${this.path}/${name}`)
  }

  /** Uniform on [low, high); by default [0, 1). */
  uniform<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options?: UniformOptions<D>,
  ): Filled<O, D> {
    return this.#now(uniformSampler, out, options) as Filled<O, D>
  }

  /** As `uniform`, without blocking the event loop. */
  async uniformAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options?: UniformOptions<D> & AsyncOptions,
  ): Promise<Filled<O, D>> {
    return (await this.#later(uniformSampler, out, options)) as Filled<O, D>
  }

  /** Normal; by default with mean 0 and standard deviation 1. */
  normal<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options?: NormalOptions<D>,
  ): Filled<O, D> {
    return this.#now(normalSampler, out, options) as Filled<O, D>
  }

  /** As `normal`, without blocking the event loop. */
  async normalAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options?: NormalOptions<D> & AsyncOptions,
  ): Promise<Filled<O, D>> {
    return (await this.#later(normalSampler, out, options)) as Filled<O, D>
  }

  /** Normal cut to an interval; `bounds` says whether `lower` and `upper` are multiples of sigma or absolute. */
  truncatedNormal<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options: TruncatedNormalOptions<D>,
  ): Filled<O, D> {
    return this.#now(truncatedSampler, out, options) as Filled<O, D>
  }

  /** As `truncatedNormal`, without blocking the event loop. */
  async truncatedNormalAsync<O extends number | FloatArray, D extends Dtype = 'F32'>(
    out: O,
    options: TruncatedNormalOptions<D> & AsyncOptions,
  ): Promise<Filled<O, D>> {
    return (await this.#later(truncatedSampler, out, options)) as Filled<O, D>
  }

  /** 1 with probability `p`, else 0. */
  bernoulli(out: number | Uint8Array, options: BernoulliOptions): Uint8Array {
    return this.#now(bernoulliSampler, out, options) as Uint8Array
  }

  /** As `bernoulli`, without blocking the event loop. */
  async bernoulliAsync(
    out: number | Uint8Array,
    options: BernoulliOptions & AsyncOptions,
  ): Promise<Uint8Array> {
    return (await this.#later(bernoulliSampler, out, options)) as Uint8Array
  }

  /** Integers in [low, high), each as likely as any other to 2^-53. */
  integers(out: number | Int32Array, options: IntegersOptions): Int32Array {
    return this.#now(integersSampler, out, options) as Int32Array
  }

  /** As `integers`, without blocking the event loop. */
  async integersAsync(
    out: number | Int32Array,
    options: IntegersOptions & AsyncOptions,
  ): Promise<Int32Array> {
    return (await this.#later(integersSampler, out, options)) as Int32Array
  }

  /**
   * Draws of a distribution of the long tail, by the `rand_distr` crate: the native engine's alone, computed in double
   * precision, and **outside the bit contract**: a new version of the package may give other values. `position` moves by
   * 64 words a value, in steps of 65,536 words a coordinate, whatever the draws need.
   *
   * @param out - a number of values or an array to fill; points take as many values as they have coordinates
   * @throws `ERR_INVALID_ARGUMENT` for parameters that the distribution refuses, and for those that lead beyond the numbers
   * that f64 has, where a draw is NaN: neither fills the array or moves `position`. `ERR_LENGTH_MISMATCH` for a length that
   * does not hold whole points, `ERR_NATIVE_UNAVAILABLE`, `ERR_SHARED_MEMORY`
   */
  sample<D extends Distribution>(
    distribution: D,
    out: number | Float32Array,
    params: DistributionParams[D],
    options?: WorkOptions,
  ): Float32Array {
    const draw = sampleDraw(distribution, out, params, options, [])
    const before = this.position
    try {
      draw.run(this.#stream, this.#position.takeWords(draw.words, draw.out.length), 0)
    } catch (error) {
      this.position = before
      throw error
    }
    return draw.out
  }

  /** As `sample`, without blocking the event loop; `position` moves at the call, and stays where a draw is NaN. */
  async sampleAsync<D extends Distribution>(
    distribution: D,
    out: number | Float32Array,
    params: DistributionParams[D],
    options?: WorkOptions & AsyncOptions,
  ): Promise<Float32Array> {
    const draw = sampleDraw(distribution, out, params, options, ASYNC_OPTIONS)
    const watched = watch(draw.options, draw.out.length, 'elements')
    await draw.runLater(this.#stream, this.#position.takeWords(draw.words, draw.out.length), 0, watched)
    return draw.out
  }

  /**
   * Items chosen at random: `size` of them, all as likely or by `weights`, with replacement or without.
   *
   * @param items - what to choose from: an array, or a number n for the indices 0 .. n - 1
   * @returns an array of the kind of `items`, a Uint32Array of indices for a number
   * @throws `ERR_INVALID_ARGUMENT`, also where there are not enough items; `ERR_LENGTH_MISMATCH` for `weights`
   */
  choice(items: number, size: number, options?: ChoiceOptions & WorkOptions): Uint32Array
  choice<T extends TypedArray>(items: T, size: number, options?: ChoiceOptions & WorkOptions): T
  choice<T>(items: readonly T[], size: number, options?: ChoiceOptions & WorkOptions): T[]
  choice(items: unknown, size: number, options?: ChoiceOptions & WorkOptions): unknown {
    const { draws, make, options: read } = choiceOf(items, size, options, WORK_OPTIONS)
    checkWork(read)
    return finished(make(this.#stream, this.#position.take(draws, 2)))
  }

  /** As `choice`, without blocking the event loop. */
  choiceAsync(
    items: number,
    size: number,
    options?: ChoiceOptions & WorkOptions & AsyncOptions,
  ): Promise<Uint32Array>
  choiceAsync<T extends TypedArray>(
    items: T,
    size: number,
    options?: ChoiceOptions & WorkOptions & AsyncOptions,
  ): Promise<T>
  choiceAsync<T>(
    items: readonly T[],
    size: number,
    options?: ChoiceOptions & WorkOptions & AsyncOptions,
  ): Promise<T[]>
  async choiceAsync(
    items: unknown,
    size: number,
    options?: ChoiceOptions & WorkOptions & AsyncOptions,
  ): Promise<unknown> {
    const { draws, make, options: read } = choiceOf(copied(items), size, options, WORK_AND_WATCH)
    checkWork(read)
    return this.#inSlices(read, draws, (first) => make(this.#stream, first))
  }

  /** The numbers 0 .. n - 1 in random order. */
  permutation(n: number, options?: WorkOptions): Uint32Array {
    const { engine } = readWork(readOptions(options, WORK_OPTIONS))
    const items = indicesOf(n)
    const worker = pickEngine(engine, items.length, items, PERMUTATION_CROSSING)
    worker.permute(this.#stream, this.#position.take(Math.max(0, items.length - 1), 2), items)
    return items
  }

  /** As `permutation`, without blocking the event loop. */
  async permutationAsync(n: number, options?: WorkOptions & AsyncOptions): Promise<Uint32Array> {
    const read = readOptions(options, WORK_AND_WATCH)
    checkWork(read)
    const items = indicesOf(n)
    for (let i = 0; i < items.length; i++) items[i] = i
    return this.#shuffled(items, items, read)
  }

  /** Puts the items of an array in random order, in place, and returns it. */
  shuffle<T extends unknown[] | TypedArray>(items: T, options?: WorkOptions): T {
    checkWork(readOptions(options, WORK_OPTIONS))
    const swappable = checkShuffled(items)
    finished(shuffleSteps(swappable, this.#stream, this.#position.take(Math.max(0, swappable.length - 1), 2)))
    return items
  }

  /** As `shuffle`, without blocking the event loop; an aborted one leaves the items partly shuffled. */
  async shuffleAsync<T extends unknown[] | TypedArray>(
    items: T,
    options?: WorkOptions & AsyncOptions,
  ): Promise<T> {
    const read = readOptions(options, WORK_AND_WATCH)
    checkWork(read)
    return this.#shuffled(items, checkShuffled(items), read)
  }

  /** Seed, path and position, each as text. */
  toJSON(): GeneratorState {
    return { seed: String(this.seed), path: this.path, position: String(this.position) }
  }

  /** @internal What Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](
    _: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `Generator ${inspect(this.toJSON(), options)}`
  }

  /** A generator in the state that `toJSON` gave. */
  static fromJSON(state: GeneratorState): Generator {
    const { seed, path, position } = readRecord(state, 'state')
    if (typeof position !== 'string' || !/^\d{1,16}$/.test(position)) {
      throw wrongType('position', 'a decimal string', position)
    }
    const generator = new Generator(jsonSeed(seed), pathOf(path))
    generator.position = BigInt(position)
    return generator
  }

  #now(sampler: Sampler, out: unknown, options: unknown): unknown {
    const draw = sampler(out, options, [])
    const engine = engineOf(draw.work.engine, draw.law, draw.view, draw.dtype)
    fillNow({ ...this.#place(draw), ...draw.work }, engine)
    return draw.array
  }

  async #later(sampler: Sampler, out: unknown, options: unknown): Promise<unknown> {
    const draw = sampler(out, options, ASYNC_OPTIONS)
    const watched = watch(draw.options, draw.view.length, 'elements')
    const engine = engineOf(draw.work.engine, draw.law, draw.view, draw.dtype)
    await fillLater({ ...this.#place(draw), ...draw.work }, watched, engine)
    return draw.array
  }

  #shuffled<T>(items: T, swappable: Swappable, options: Record<string, unknown>): Promise<T> {
    const swaps = Math.max(0, swappable.length - 1)
    const steps = (first: number) => shuffleSteps(swappable, this.#stream, first)
    const { length } = swappable
    return this.#inSlices(options, swaps, steps).then(() => {
      if (ArrayBuffer.isView(items)) present(items as unknown as Uint8Array, 'items', length)
      return items
    })
  }

  /** Work in steps on `draws` draws of 53 bits; the position moves at the call. */
  async #inSlices<T>(
    options: Record<string, unknown>,
    draws: number,
    steps: (first: number) => Steps<T>,
  ): Promise<T> {
    const { control, finish } = watch(options, draws, 'draws')
    const result = await runInSlices(steps(this.#position.take(draws, 2)), control.signal, control.onStep)
    finish()
    return result
  }

  #place({ law, view, dtype, wordsPerElement }: Draw) {
    return {
      law,
      view,
      dtype,
      stream: this.#stream,
      offset: this.#position.take(view.length, wordsPerElement),
    }
  }
}

/** Memory for a permutation. */
function indicesOf(n: unknown): Uint32Array {
  const length = integer(n, 'n', 0, 2 ** 32)
  return allocate(`a permutation of ${length}`, () => new Uint32Array(length))
}
