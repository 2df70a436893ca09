import { finished } from '../async/steps.js'
import { truncatedMoments } from '../math/truncated-moments.js'
import type { TruncatedLaw, ValuesLaw } from '../engine/law.js'
import type { InitializerLaw } from './definition.js'
import type { Description } from './types.js'

/** The distribution of an entry picked at random from a tensor of `size` elements with this law. */
export function describeLaw(law: InitializerLaw, size: number): Description {
  switch (law.kind) {
    case 'constant':
      return { distribution: 'constant', mean: law.value, stddev: 0, min: law.value, max: law.value }
    case 'values':
      return { distribution: 'values', ...momentsOf(law, size) }
    case 'uniform': {
      const { low, high } = law
      return {
        distribution: 'uniform',
        mean: low / 2 + high / 2,
        stddev: (high - low) / Math.sqrt(12),
        min: low,
        max: high,
      }
    }
    case 'normal':
      return {
        distribution: 'normal',
        mean: law.mean,
        stddev: law.stddev,
        ...reach(law.stddev > 0 ? Infinity : 0, law.mean),
      }
    case 'embedding': {
      const { mean, stddev } = law
      const kept = 1 - (law.end - law.start) / Math.max(1, size)
      const [min, max] = stddev > 0 ? [-Infinity, Infinity] : [Math.min(0, mean), Math.max(0, mean)]
      const variance = kept * (stddev * stddev + (1 - kept) * mean * mean)
      return { distribution: 'normal', mean: kept * mean, stddev: Math.sqrt(variance), min, max }
    }
    case 'truncated':
      return describeTruncated(law)
    case 'diagonal':
      return describeDiagonal(law.gain, (law.groups * law.count) / Math.max(1, size))
    case 'orthogonal': {
      const filled = (law.batch * law.rows * law.columns) / Math.max(1, size)
      const longer = Math.max(1, law.rows, law.columns)
      return {
        distribution: 'orthogonal',
        ...centred(Math.abs(law.gain) * Math.sqrt(filled / longer), Math.abs(law.gain)),
      }
    }
    case 'convOrthogonal': {
      // An isometry from the input channels: the squares of all entries add up to gain^2 * inChannels.
      const entries = Math.max(1, law.kernel[0] * law.kernel[1] * law.kernel[2] * law.outChannels)
      return {
        distribution: 'orthogonal',
        ...centred(Math.abs(law.gain) / Math.sqrt(entries), Math.abs(law.gain)),
      }
    }
    case 'sparse': {
      const kept = 1 - law.zeros / Math.max(1, law.length)
      return {
        distribution: 'sparse_normal',
        ...centred(law.stddev * Math.sqrt(kept), law.stddev > 0 ? Infinity : 0),
      }
    }
  }
}

function reach(bound: number, mean: number): Pick<Description, 'min' | 'max'> {
  return { min: mean - bound, max: mean + bound }
}

function centred(stddev: number, bound: number): Omit<Description, 'distribution'> {
  return { mean: 0, stddev, ...reach(bound, 0) }
}

function describeTruncated({ mean, stddev, lower, upper, bounds }: TruncatedLaw): Description {
  const distribution = 'truncated_normal'
  if (stddev === 0) return { distribution, mean, stddev, min: mean, max: mean }
  const [a, b] = bounds === 'sigma' ? [lower, upper] : [(lower - mean) / stddev, (upper - mean) / stddev]
  const [min, max] = bounds === 'absolute' ? [lower, upper] : [mean + stddev * lower, mean + stddev * upper]
  const cut = truncatedMoments(a, b)
  return { distribution, mean: mean + stddev * cut.mean, stddev: stddev * cut.stddev, min, max }
}

function describeDiagonal(gain: number, share: number): Description {
  const stddev = Math.abs(gain) * Math.sqrt(share * (1 - share))
  const reach = [...(share > 0 ? [gain] : []), ...(share < 1 ? [0] : [])]
  const [min, max] = [Math.min(...reach), Math.max(...reach)]
  return { distribution: 'identity', mean: gain * share, stddev, min, max }
}

/** Elements that are looked at together. */
const PART = 1 << 20

function momentsOf(law: ValuesLaw, size: number): Omit<Description, 'distribution'> {
  if (size === 0) return { mean: 0, stddev: 0, min: 0, max: 0 }
  let [sum, squares, min, max] = [0, 0, Infinity, -Infinity]
  eachValue(law, size, (value) => {
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  })
  const mean = sum / size
  eachValue(law, size, (value) => (squares += (value - mean) * (value - mean)))
  return { mean, stddev: Math.sqrt(squares / size), min, max }
}

/** Never more than a part in memory, but for laws that are made as one piece. */
function eachValue(law: ValuesLaw, size: number, look: (value: number) => void): void {
  const step = law.whole ? size : PART
  for (let offset = 0; offset < size; offset += step)
    for (const value of finished(law.make(offset, Math.min(step, size - offset)))) look(value)
}
