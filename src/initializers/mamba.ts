import { exp, ln } from '../math/special.js'
import { eachDraw, u53 } from '../math/u53.js'
import { rangeError } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { aboveZero, word } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'
import { each, ranged } from './values.js'

export interface MambaOptions extends RandomOptions {
  /** 'aLog': logarithms of the decay rates, shape [inner, state]. 'dtBias': bias of the step size, shape [inner]. */
  part: 'aLog' | 'dtBias'
  /** Smallest step. Default: 0.001. */
  dtMin?: number | undefined
  /** Largest step, at most 1. Default: 0.1. */
  dtMax?: number | undefined
  /** Steps are never below. Default: 1e-4. */
  dtFloor?: number | undefined
}

interface Mamba {
  part: 'a_log' | 'dt_bias'
  dtMin: number
  dtMax: number
  dtFloor: number
}

/** The number whose softplus is `dt`. */
function inverseSoftplus(dt: number): number {
  return dt + ln(1 - exp(-dt))
}

function stepOf({ dtMin, dtMax, dtFloor }: Mamba, u: number): number {
  const low = ln(dtMin)
  return Math.max(exp(low + u * (ln(dtMax) - low)), dtFloor)
}

export const MAMBA = define<Mamba>({
  className: 'Mamba',
  random: true,
  params: {
    part: word(['a_log', 'dt_bias']),
    dtMin: aboveZero(0.001),
    dtMax: aboveZero(0.1),
    dtFloor: aboveZero(1e-4),
  },
  check: ({ dtMin, dtMax, dtFloor }) => {
    if (dtMin <= dtMax && dtMax <= 1 && dtFloor <= 1) return
    const message = `dtMin must not exceed dtMax, nor dtMax and dtFloor 1, got ${dtMin}, ${dtMax} and ${dtFloor}`
    throw rangeError('ERR_INVALID_ARGUMENT', message)
  },
  law: (params, target) => {
    if (params.part === 'a_log') {
      target.requireRank(2, 2)
      const states = target.shape[1] as number
      return each(target, (element) => ln((element % states) + 1))
    }
    target.requireRank(1, 1)
    return ranged(target, (range, offset, stream) =>
      eachDraw(stream, offset, range.length, (k, hi, lo) => {
        range[k - offset] = inverseSoftplus(stepOf(params, u53(hi, lo)))
      }),
    )
  },
  describe: (params, target) => {
    const even = Float64Array.from(
      { length: params.part === 'a_log' ? (target.shape[1] ?? 0) : 4096 },
      (_, i) => (params.part === 'a_log' ? ln(i + 1) : inverseSoftplus(stepOf(params, (i + 0.5) / 4096))),
    )
    const count = Math.max(1, even.length)
    const mean = even.reduce((sum, x) => sum + x, 0) / count
    const stddev = Math.sqrt(even.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / count)
    const [min, max] =
      params.part === 'a_log'
        ? [0, even.at(-1) ?? 0]
        : [inverseSoftplus(stepOf(params, 0)), inverseSoftplus(stepOf(params, 1))]
    return { distribution: 'mamba', mean, stddev, min, max }
  },
})

/**
 * Parameters of a selective state space (Gu and Dao 2023, "Mamba"): `aLog` log(1), ..., log(state) in every row; `dtBias`
 * the inverse softplus of steps that are log-uniform on [dtMin, dtMax] and at least dtFloor.
 */
export function mamba(options: MambaOptions): Initializer {
  return new CatalogueInitializer(MAMBA, options)
}
