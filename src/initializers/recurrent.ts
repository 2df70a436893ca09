import { ln } from '../math/special.js'
import { eachDraw, u53 } from '../math/u53.js'
import { wrongShape } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { real, whole } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'
import { each, ranged } from './values.js'

export interface LstmBiasOptions extends CommonOptions {
  /** Bias of the forget gate. Default: 1. */
  forgetBias?: number | undefined
}

export interface ChronoOptions extends RandomOptions {
  /** Longest dependency to be remembered, in steps, >= 3. */
  maxSteps: number
}

/** Units of a bias of four gates. */
function unitsOf(target: Target): number {
  target.requireRank(1, 1)
  if (target.size % 4 === 0) return target.size / 4
  throw wrongShape('hold four gates, so be divisible by 4', target.shape)
}

export const LSTM_BIAS = define<{ forgetBias: number }>({
  className: 'LstmBias',
  aliases: ['unitForgetBias'],
  random: false,
  params: { forgetBias: real(1) },
  law: ({ forgetBias }, target) => {
    const units = unitsOf(target)
    return each(target, (element) => (Math.floor(element / units) === 1 ? forgetBias : 0))
  },
})

export const CHRONO = define<{ maxSteps: number }>({
  className: 'Chrono',
  random: true,
  params: { maxSteps: whole(3) },
  law: ({ maxSteps }, target) => {
    const units = unitsOf(target)
    return ranged(target, (range, offset, stream) => {
      // The input gate has minus the biases of the forget gate behind it.
      for (const [gate, sign] of [
        [0, -1],
        [units, 1],
      ] as const) {
        const first = Math.max(0, offset - gate)
        const end = Math.min(units, offset + range.length - gate)
        if (first >= end) continue
        eachDraw(stream, first, end - first, (k, hi, lo) => {
          range[gate + k - offset] = sign * ln(1 + u53(hi, lo) * (maxSteps - 2))
        })
      }
    })
  },
  describe: ({ maxSteps }, target) => {
    unitsOf(target)
    // The integral of ln(x)^2 over [1, b] is b (ln(b)^2 - 2 ln(b) + 2) - 2; half of the entries are such logarithms.
    const most = ln(maxSteps - 1)
    const square = ((maxSteps - 1) * (most * most - 2 * most + 2) - 2) / (maxSteps - 2)
    return { distribution: 'chrono', mean: 0, stddev: Math.sqrt(square / 2), min: -most, max: most }
  },
})

/**
 * The bias of an LSTM, gates i, f, c, o (as Keras, torch and Flax pack them): 0 but for the forget gate's, so that it
 * starts out remembering (Jozefowicz et al. 2015; Keras's `unit_forget_bias`). Rank 1. The recurrent kernel that goes
 * with it is `orthogonal({ layout: { kind: 'gates', gates: 4 } })`.
 */
export function lstmBias(options?: LstmBiasOptions): Initializer {
  return new CatalogueInitializer(LSTM_BIAS, options)
}

/**
 * The bias of an LSTM, gates i, f, c, o, whose units remember for up to `maxSteps` steps: log U(1, maxSteps - 1) for the
 * forget gate, minus that for the input gate, else 0 (Tallec and Ollivier 2018). Rank 1.
 */
export function chrono(options: ChronoOptions): Initializer {
  return new CatalogueInitializer(CHRONO, options)
}
