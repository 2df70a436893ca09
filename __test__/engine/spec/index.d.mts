/** Types of the plain-JavaScript reader of crates/SPEC.md. */
export interface Source {
  readonly word: (i: number) => number
  /** The upper 32 and the lower 21 bits of a 53-bit draw. */
  readonly parts: (k: number) => readonly [number, number]
  readonly u53: (k: number) => number
}

/** Element i of a law. */
export type Element = (i: number) => number

export interface Cut {
  readonly mean: number
  readonly stddev: number
  readonly lower: number
  readonly upper: number
  readonly bounds: 'sigma' | 'absolute'
}

/** The page's table of coefficients of the quantile in f64. */
export type Coefficients = Readonly<Record<'A' | 'B' | 'C' | 'D' | 'E' | 'F', readonly number[]>>

export function bits32(x: number): number
export function bits64(x: number): bigint
export function streamOf(path: string): bigint
export function source(seed: bigint | number, path: string): Source
export function uniform(source: Source, low: number, high: number): Element
export function normal(source: Source, mean: number, stddev: number): Element
export function truncated(source: Source, cut: Cut): Element
export function bernoulli(source: Source, p: number): Element
export function integers(source: Source, low: number, high: number): Element
export function permutation(source: Source, n: number): number[]
/** Bits of the 16-bit value of an f32, held within an interval. */
export function half(
  format: 'F16' | 'BF16',
  low?: number,
  high?: number,
  closed?: boolean,
): (x: number) => number
export function uniform64(source: Source, low: number, high: number): Element
export function normal64(source: Source, mean: number, stddev: number): Element
export function truncated64(source: Source, cut: Cut, coefficients: Coefficients): Element
