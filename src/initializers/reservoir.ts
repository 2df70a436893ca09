import { eachDraw, u53 } from '../math/u53.js'
import { wrongShape } from '../errors.js'
import { probability } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { atLeastZero, real, whole } from './params.js'
import type { RandomOptions } from './random.js'
import { spectralRadiusSteps } from './spectral-radius.js'
import type { Initializer } from './types.js'
import { computed, drawnSteps, each } from './values.js'

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

/** Draws between two breaks. */
const DRAWS = 1 << 16

export const RESERVOIR = define<{ spectralRadius: number; sparsity: number }>({
  className: 'Reservoir',
  random: true,
  params: { spectralRadius: atLeastZero(0.9), sparsity: { read: probability, fallback: 0.9 } },
  law: ({ spectralRadius: radius, sparsity }, target) => {
    const units = unitsOf(target)
    return computed(target, function* (data, stream) {
      const normals = yield* drawnSteps({ kind: 'normal', mean: 0, stddev: 1 }, stream, data.length)
      // Who is connected is drawn from the words behind those of the normals.
      const first = Math.ceil(data.length / 4096) * 2048
      for (let start = 0; start < data.length; start += DRAWS) {
        const count = Math.min(DRAWS, data.length - start)
        eachDraw(stream, first + start, count, (k, hi, lo) => {
          if (u53(hi, lo) >= sparsity) data[k - first] = normals[k - first] as number
        })
        yield 0
      }
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
    /** Where a jump from a unit leads; nowhere from the last where jumps don't close the ring. */
    const landing = (from: number): number => {
      if (jump === 0 || from % jumpSize !== 0) return -1
      return from + jumpSize < units ? from + jumpSize : from + jumpSize === units ? 0 : -1
    }
    return each(target, (element) => {
      const [from, to] = [Math.floor(element / units), element % units]
      // Of rings of one or two units both ways have the same connections: the unit that comes last wins.
      const ahead = (from + 1) % units === to ? from : -1
      const behind = backward !== 0 && (to + 1) % units === from ? to : -1
      if (ahead >= 0 || behind >= 0) return ahead >= behind ? weight : backward
      return landing(from) === to || landing(to) === from ? jump : 0
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
