import { max, mean, median, min, quantile, sampleStandardDeviation } from 'simple-statistics'
import { Studentt } from 'distributions'
import type { Steps } from '../async/steps.js'
import { Generator } from '../random/generator.js'

/** What a metric's values over several runs say. Spread and intervals of a single run are NaN. */
export interface Summary {
  n: number
  mean: number
  /** Sample standard deviation (n - 1). */
  stddev: number
  min: number
  /** Lower quartile. */
  q1: number
  median: number
  /** Upper quartile. */
  q3: number
  /** Interquartile range, q3 - q1. */
  iqr: number
  max: number
  /** 95 % interval of the mean by Student's t. */
  ci95: [number, number]
  /** 95 % percentile bootstrap interval of the mean, which assumes no normality (Efron 1979; 2,000 resamples). */
  ci95Bootstrap: [number, number]
}

const RESAMPLES = 2000

/** Summarizes a metric's values in steps; `name` names the stream of the bootstrap's draws. */
export function* summarySteps(values: readonly number[], name: string): Steps<Summary> {
  const sample = [...values]
  const [q1, q3] = [quantile(sample, 0.25), quantile(sample, 0.75)]
  return {
    n: sample.length,
    mean: meanOf(sample),
    stddev: deviation(sample),
    min: min(sample),
    q1,
    median: median(sample),
    q3,
    iqr: q3 - q1,
    max: max(sample),
    ci95: meanInterval(sample),
    ci95Bootstrap: yield* bootstrapInterval(sample, name),
  }
}

/** Sample standard deviation; NaN for a single value. */
export function deviation(sample: number[]): number {
  if (sample.length < 2) return Number.NaN
  // Equal values have a mean that rounding may miss.
  return min(sample) === max(sample) ? 0 : sampleStandardDeviation(sample)
}

/** The mean, never outside of the values by its rounding. */
export function meanOf(sample: number[]): number {
  return Math.min(Math.max(mean(sample), min(sample)), max(sample))
}

/** 95 % interval of the mean of normal values (Student 1908). */
export function meanInterval(sample: number[]): [number, number] {
  const n = sample.length
  if (n < 2) return [Number.NaN, Number.NaN]
  const half = (Studentt(n - 1).inv(0.975) * deviation(sample)) / Math.sqrt(n)
  return [meanOf(sample) - half, meanOf(sample) + half]
}

function* bootstrapInterval(sample: number[], name: string): Steps<[number, number]> {
  const n = sample.length
  if (n < 2) return [Number.NaN, Number.NaN]
  const draws = new Generator(0, `bootstrap/${name}`).integers(RESAMPLES * n, { low: 0, high: n })
  const means: number[] = []
  for (let i = 0; i < RESAMPLES; i++) {
    means.push(meanOf(Array.from(draws.subarray(i * n, (i + 1) * n), (draw) => sample[draw] as number)))
    yield i
  }
  return [quantile(means, 0.025), quantile(means, 0.975)]
}
