import type { Dtype } from '../engine/law.js'
import type { Seed } from '../validate.js'
import type { WorkOptions } from './fill.js'

/** Options of samplers of floats. */
export interface FloatOptions<D extends Dtype = Dtype> extends WorkOptions {
  /** Type of the values. Default: 'F32', or the array's own; a Uint16Array needs 'F16' or 'BF16'. */
  dtype?: D | undefined
}

/** The interval [low, high), by default [0, 1). */
export interface UniformOptions<D extends Dtype = Dtype> extends FloatOptions<D> {
  low?: number | undefined
  high?: number | undefined
}

/** Mean (default 0) and standard deviation (>= 0, default 1). */
export interface NormalOptions<D extends Dtype = Dtype> extends FloatOptions<D> {
  mean?: number | undefined
  stddev?: number | undefined
}

/** A normal's parameters and the interval it is cut to. */
export interface TruncatedNormalOptions<D extends Dtype = Dtype> extends NormalOptions<D> {
  /** Lower bound; may be -Infinity. */
  lower: number
  /** Upper bound; may be Infinity. */
  upper: number
  /** Whether the bounds are multiples of sigma about the mean, or values. */
  bounds: 'sigma' | 'absolute'
  /** Widens the parent so that `stddev` is the standard deviation after the cut. Default: false. */
  preserveStddev?: boolean | undefined
}

/** Probability of a 1, from 0 to 1. */
export interface BernoulliOptions extends WorkOptions {
  p: number
}

/** The integers low .. high - 1, within -2^31 .. 2^31 - 1. */
export interface IntegersOptions extends WorkOptions {
  low: number
  high: number
}

/** Names a stream, and where in it to start. */
export interface StreamOptions {
  /** A safe non-negative integer or a bigint below 2^64. */
  seed: Seed
  /** The stream's name. Default: ''. */
  path?: string | undefined
}

/** A range of a stream's elements. */
export interface RangeOptions extends StreamOptions {
  /** Index of the first element. Default: 0. */
  offset?: number | undefined
}
