import type { AsyncOptions } from '../async/watch.js'
import type { WorkOptions } from '../random/fill.js'
import type { ArrayOf, Dtype, FloatArray } from '../random/output.js'
import type { Seed } from '../validate.js'
import type { Layout } from './layouts.js'

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Options of one tensor. */
export interface CreateOptions<D extends Dtype = Dtype> extends WorkOptions {
  /** Wins over the initializer's own seed. */
  seed?: Seed | undefined
  /** The stream's name, usually the tensor's. Default: '', or '#0', '#1', ... of an unseeded initializer. */
  path?: string | undefined
  /** First element of the range of the flat tensor to make. Default: 0. */
  offset?: number | undefined
  /** Length of that range. Default: all that follow `offset`. */
  length?: number | undefined
  /** How fans and matrix views are read from the shape. Default: the initializer's, else 'keras'. */
  layout?: Layout | undefined
  /** Type of the values. Default: 'F32', or the array's own; a Uint16Array needs 'F16' or 'BF16'. */
  dtype?: D | undefined
}

/** The law of one entry of a tensor. */
export interface Description {
  /** 'uniform', 'normal', 'truncated_normal', 'orthogonal', 'constant', ... */
  distribution: string
  /** Units that feed an output, where the law depends on it. */
  fanIn?: number
  /** Units that an input feeds, where the law depends on it. */
  fanOut?: number
  /** Mean after truncation and sparsity. */
  mean: number
  /** Standard deviation after truncation and sparsity. */
  stddev: number
  /** Values are never below. */
  min: number
  /** Values are never above. */
  max: number
}

/** An initializer as JSON, readable by Keras where the class is one of Keras's. */
export type InitializerConfig = {
  class_name: string
  config: Record<string, Json>
  /** The full seed in decimal, where `config.seed` can't hold it (2^32 and more). */
  seed?: string
  /** The initializer's own layout, a `Layout`, where it has one. */
  layout?: Json
}

/** Makes the values of tensors. */
export interface Initializer {
  /** Keras's name of the class: 'HeNormal', 'Orthogonal', ... */
  readonly className: string
  /** Of the random ones: the seed given, or one drawn once from the system's entropy. */
  readonly seed?: bigint | undefined
  /**
   * A new tensor's values in C order.
   *
   * @throws `ERR_INVALID_SHAPE`, `ERR_INVALID_SEED`, `ERR_INVALID_PATH`, `ERR_INVALID_ARGUMENT`, `ERR_OUT_OF_MEMORY`
   */
  create<D extends Dtype = 'F32'>(shape: readonly number[], options?: CreateOptions<D>): ArrayOf<D>
  /** As `create`, without blocking the event loop. */
  createAsync<D extends Dtype = 'F32'>(
    shape: readonly number[],
    options?: CreateOptions<D> & AsyncOptions,
  ): Promise<ArrayOf<D>>
  /**
   * Fills the caller's array, whose length is the tensor's (or the range's), and returns it.
   *
   * @throws as `create`, and `ERR_LENGTH_MISMATCH`; the array is not changed then
   */
  fill<T extends FloatArray>(out: T, shape: readonly number[], options?: CreateOptions): T
  /** As `fill`, without blocking the event loop. */
  fillAsync<T extends FloatArray>(
    out: T,
    shape: readonly number[],
    options?: CreateOptions & AsyncOptions,
  ): Promise<T>
  /** The true law of one entry: after truncation, sparsity and the layout's fans. */
  describe(shape: readonly number[], options?: CreateOptions): Description
  /** The parameters in snake_case, as Keras writes them. */
  getConfig(): Record<string, Json>
  /** Class name and parameters, to be read by `initializer`. */
  toJSON(): InitializerConfig
}
