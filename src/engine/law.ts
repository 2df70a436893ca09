/**
 * The laws of a tensor's values: what the facade resolves an initializer to, and all that an engine has to know.
 *
 * A law says what element `i` of a flat tensor is, as a pure function of (seed, stream, i). Both engines fill any
 * range of any law with the same bits.
 */
import type { StreamKey } from '../math/stream.js'

/** Element types that a law can be written in. */
export type Dtype = 'F32' | 'F64' | 'F16' | 'BF16'

/** The type where it has 16 bits, whose views don't tell it. */
export function halfOf(dtype: Dtype | undefined): 'F16' | 'BF16' | undefined {
  return dtype === 'F16' || dtype === 'BF16' ? dtype : undefined
}

/** Memory that an engine fills. F16 and BF16 are their bit patterns. */
export type View = Float32Array | Float64Array | Uint16Array | Uint8Array | Int32Array | Uint32Array

/** Every element is `value`. */
export interface ConstantLaw {
  readonly kind: 'constant'
  readonly value: number
}

/** Literal values, which nobody keeps: an engine has them made when it needs them. */
export interface ValuesLaw {
  readonly kind: 'values'
  /** Whether a range costs as much as the whole. */
  readonly whole: boolean
  /** Makes a range of the tensor's values, in C order. Yields 0 between parts of the work that take some milliseconds. */
  readonly make: (offset: number, length: number) => Generator<number, Float64Array>
}

/** Uniform on [low, high). */
export interface UniformLaw {
  readonly kind: 'uniform'
  readonly low: number
  readonly high: number
}

/** Normal with this mean and standard deviation. */
export interface NormalLaw {
  readonly kind: 'normal'
  readonly mean: number
  readonly stddev: number
}

/** Normal, but 0 in elements [start, end): the vector of an embedding's padding token. */
export interface EmbeddingLaw {
  readonly kind: 'embedding'
  readonly mean: number
  readonly stddev: number
  readonly start: number
  readonly end: number
}

/** Normal cut to an interval: bounds in units of sigma about the mean, or absolute. `stddev` is the parent's. */
export interface TruncatedLaw {
  readonly kind: 'truncated'
  readonly mean: number
  readonly stddev: number
  readonly lower: number
  readonly upper: number
  readonly bounds: 'sigma' | 'absolute'
}

/** 1 with probability p, else 0; fills a Uint8Array. */
export interface BernoulliLaw {
  readonly kind: 'bernoulli'
  readonly p: number
}

/** Integers in [low, high); fills an Int32Array. */
export interface IntegersLaw {
  readonly kind: 'integers'
  readonly low: number
  readonly high: number
}

/**
 * Zeros but for `gain` on diagonals: element `start + g * groupStride + d * stride` for g < groups, d < count.
 * Identity, eye and dirac are of this form.
 */
export interface DiagonalLaw {
  readonly kind: 'diagonal'
  readonly gain: number
  readonly start: number
  readonly stride: number
  readonly count: number
  readonly groups: number
  readonly groupStride: number
}

/**
 * Haar-distributed orthogonal matrices times `gain`, placed by strides in a tensor that is zero elsewhere: entry
 * (b, i, j) is element `base + b * batchStride + i * rowStride + j * columnStride`.
 */
export interface OrthogonalLaw {
  readonly kind: 'orthogonal'
  readonly rows: number
  readonly columns: number
  readonly batch: number
  readonly gain: number
  /** Determinant +1 for square matrices (the last column's sign is chosen). */
  readonly special: boolean
  readonly base: number
  readonly batchStride: number
  readonly rowStride: number
  readonly columnStride: number
}

/**
 * An orthogonal convolution kernel (Xiao et al. 2018, Algorithm 1) with 1 to 3 spatial axes: entry (tap, i, j) is
 * element `tap * tapStride + i * inStride + j * outStride`, taps in C order of `kernel`.
 */
export interface ConvOrthogonalLaw {
  readonly kind: 'convOrthogonal'
  /** Spatial sizes, padded to three with trailing ones. */
  readonly kernel: readonly [number, number, number]
  readonly inChannels: number
  readonly outChannels: number
  readonly gain: number
  readonly tapStride: number
  readonly inStride: number
  readonly outStride: number
}

/**
 * Normal(0, stddev) with exactly `zeros` zeros in every line: a matrix of `lines` x `length` whose entry (line, k) is
 * element `line * lineStride + k * stride` (torch's `sparse_` zeroes within columns).
 */
export interface SparseLaw {
  readonly kind: 'sparse'
  readonly stddev: number
  readonly zeros: number
  readonly lines: number
  readonly length: number
  readonly lineStride: number
  readonly stride: number
}

export type Law =
  | ConstantLaw
  | ValuesLaw
  | UniformLaw
  | NormalLaw
  | EmbeddingLaw
  | TruncatedLaw
  | BernoulliLaw
  | IntegersLaw
  | DiagonalLaw
  | OrthogonalLaw
  | ConvOrthogonalLaw
  | SparseLaw

/** A range of one law on one stream. */
export interface FillJob {
  readonly law: Law
  readonly stream: StreamKey
  /** First element of the range within the law's tensor. */
  readonly offset: number
  /** What the bits of a Uint16Array mean; every other view tells its own type. */
  readonly half?: 'F16' | 'BF16' | undefined
  /** Upper bound on threads; the bits never depend on it. */
  readonly threads?: number | undefined
}
