import { eachDraw, u53 } from '../engine/js/u53.js'
import { wrongShape } from '../errors.js'
import { probability } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { atLeastZero, real, whole } from './params.js'
import type { RandomOptions } from './random.js'
import { spectralRadiusSteps } from './spectral-radius.js'
import type { Initializer } from './types.js'
import { computed, drawn, each } from './values.js'

export interface ReservoirOptions extends RandomOptions {
  /** Spectral radius of the matrix, below 1 for echoes that fade. Default: 0.9. */
  spectralRadius?: number | undefined
  /** Probability that a connection is absent. Default: 0.9. */
  sparsity?: number | undefined
}

export interface DelayLineOptions extends CommonOptions {
  /** Weight of the connections. Default: 0.1. */
  weight?: number | undefined
}

export interface CycleOptions extends DelayLineOptions {
  /** Weight of a second cycle the other way. Default: 0. */
  backward?: number | undefined
  /** Weight of jumps both ways between every `jumpSize`-th unit. Default: 0. */
  jump?: number | undefined
  /** Default: 3. */
  jumpSize?: number | undefined
}

/** Units of a square matrix. */
function unitsOf(target: Target): number {
  target.requireRank(2, 2)
  const [rows = 0, columns = 0] = target.shape
  if (rows === columns) return rows
  throw wrongShape('be square', target.shape)
}

/** Sets the connection between units from and to, in Keras's layout: x W. */
function connect(data: Float64Array, units: number, from: number, to: number, weight: number): void {
  data[from * units + to] = weight
}

export const RESERVOIR = define<{ spectralRadius: number; sparsity: number }>({
  className: 'Reservoir',
  random: true,
  params: { spectralRadius: atLeastZero(0.9), sparsity: { read: probability, fallback: 0.9 } },
  law: ({ spectralRadius: radius, sparsity }, target) => {
    const units = unitsOf(target)
    return computed(target, function* (data, stream) {
      const normals = drawn({ kind: 'normal', mean: 0, stddev: 1 }, stream, data.length)
      // Who is connected is drawn from the words behind those of the normals.
      const first = Math.ceil(data.length / 4096) * 2048
      eachDraw(stream, first, data.length, (k, hi, lo) => {
        if (u53(hi, lo) >= sparsity) data[k - first] = normals[k - first] as number
      })
      const found = yield* spectralRadiusSteps(data, units)
      if (found > 0) for (let i = 0; i < data.length; i++) data[i] = ((data[i] as number) / found) * radius
    })
  },
  describe: ({ spectralRadius: radius, sparsity }, target) => {
    // The circular law: a random matrix of entries with variance v has the spectral radius sqrt(n v).
    const stddev = unitsOf(target) === 0 || sparsity === 1 ? 0 : radius / Math.sqrt(target.shape[0] as number)
    return { distribution: 'reservoir', mean: 0, stddev, min: -Infinity, max: Infinity }
  },
})

export const DELAY_LINE = define<{ weight: number }>({
  className: 'DelayLine',
  random: false,
  params: { weight: real(0.1) },
  law: ({ weight }, target) => {
    const units = unitsOf(target)
    return each(target, (element) => (element % units === Math.floor(element / units) + 1 ? weight : 0))
  },
})

interface Cycle {
  weight: number
  backward: number
  jump: number
  jumpSize: number
}

export const CYCLE = define<Cycle>({
  className: 'CycleReservoir',
  aliases: ['simpleCycle'],
  random: false,
  params: { weight: real(0.1), backward: real(0), jump: real(0), jumpSize: whole(2, 3) },
  law: ({ weight, backward, jump, jumpSize }, target) => {
    const units = unitsOf(target)
    return computed(target, (data) => {
      for (let from = 0; jump !== 0 && from < units; from += jumpSize) {
        const to = from + jumpSize < units ? from + jumpSize : 0
        if (to === 0 && from + jumpSize !== units) break
        connect(data, units, from, to, jump)
        connect(data, units, to, from, jump)
      }
      for (let i = 0; i < units; i++) {
        const next = (i + 1) % units
        if (backward !== 0) connect(data, units, next, i, backward)
        connect(data, units, i, next, weight)
      }
    })
  },
})

/**
 * The recurrent matrix of an echo state network (Jaeger 2001): normal weights, each absent with probability `sparsity`,
 * scaled to the spectral radius. Square; its cost grows with the cube of the units.
 */
export function reservoir(options?: ReservoirOptions): Initializer {
  return new CatalogueInitializer(RESERVOIR, options)
}

/** A reservoir without randomness: unit i feeds unit i + 1 (Rodan and Tino 2011). Square. */
export function delayLine(options?: DelayLineOptions): Initializer {
  return new CatalogueInitializer(DELAY_LINE, options)
}

/**
 * A reservoir whose units form a ring, with a second ring the other way and jumps both ways where they have weights (Rodan
 * and Tino 2011 and 2012). Square.
 */
export function cycleReservoir(options?: CycleOptions): Initializer {
  return new CatalogueInitializer(CYCLE, options)
}
