import { createHash } from 'node:crypto'
import { initializer, type Initializer } from 'symbreak'

type Config = Parameters<typeof initializer>[0]

/** One line of the golden file: a tensor and the SHA-256 of its little-endian bytes. */
export interface Golden {
  readonly init: Config
  readonly shape: readonly number[]
  readonly seed: string
  readonly path: string
  readonly dtype?: 'F64' | 'F16' | 'BF16'
  readonly layout?: 'torch'
}

const config = (class_name: string, parameters: Record<string, unknown> = {}): Config => ({
  class_name,
  config: parameters,
})

const elementwise: Config[] = [
  config('Zeros'),
  config('Ones'),
  config('Constant', { value: 0.1 }),
  config('RandomUniform', { minval: -0.05, maxval: 0.05 }),
  config('RandomUniform', { minval: 1, maxval: 1.0000002 }),
  config('RandomNormal', { mean: 0, stddev: 0.05 }),
  config('RandomNormal', { mean: 3, stddev: 1e-3 }),
  config('TruncatedNormal', { mean: 0, stddev: 0.05 }),
  config('VarianceScaling', { scale: 2, mode: 'fan_out', distribution: 'untruncated_normal' }),
  config('GlorotUniform'),
  config('GlorotNormal'),
  config('HeUniform'),
  config('HeNormal'),
  config('LecunUniform'),
  config('LecunNormal'),
]

const matrices: Config[] = [config('Identity', { gain: 2 }), config('Orthogonal', { gain: 1.5 })]

/** Initializers beyond Keras, with a shape that each takes: their digests come after those of the grid. */
export const BEYOND: readonly [init: Config, shape: readonly number[]][] = [
  [config('KaimingUniform', { a: 0.1 }), [30, 40]],
  [config('TruncNormal', { std: 0.5, a: -1, b: 0.3 }), [33, 20]],
  [config('Dirac', { groups: 2 }), [3, 4, 6]],
  [config('Sparse', { sparsity: 0.3 }), [20, 30]],
  [config('SpecialOrthogonal'), [17, 17]],
  [config('DeltaOrthogonal'), [3, 3, 4, 6]],
  [config('ConvOrthogonal'), [3, 3, 4, 6]],
  [config('Siren', { first: true }), [3, 50]],
  [config('LstmBias'), [32]],
  [config('Chrono', { max_steps: 100 }), [64]],
  [config('ZerOHadamard'), [5, 12]],
  [config('Bilinear'), [4, 4, 3, 3]],
  [config('Hippo'), [16, 16]],
  [config('SpectralNormal', { gain: 2 }), [20, 30]],
  [config('IdInit'), [5, 12]],
  [config('Impulse'), [3, 3, 8, 4]],
  [config('Icnr', { upscale: 2 }), [3, 3, 4, 8]],
  [config('Mimetic', { part: 'query', heads: 2 }), [16, 16]],
  [config('FourierFeatures'), [2, 64]],
  [config('Mamba', { part: 'a_log' }), [4, 16]],
  [config('Mamba', { part: 'dt_bias' }), [50]],
  [config('Lora', { variant: 'gaussian' }), [32, 4]],
  [config('Reservoir'), [24, 24]],
  [config('DelayLine'), [5, 5]],
  [config('CycleReservoir', { jump: 0.2, backward: 0.1 }), [9, 9]],
  [config('Sobel'), [3, 3, 1, 4]],
  [config('Laplacian'), [3, 3, 2, 2]],
  [config('GaussianFilter', { sigma: 1.1 }), [5, 5, 1, 2]],
  [config('Gabor'), [7, 7, 1, 6]],
  [config('Dct'), [16, 16]],
  [config('Haar'), [16, 16]],
  [config('Daubechies', { order: 3 }), [6, 1, 2]],
  [config('STFT'), [32, 1, 17]],
  [config('Mel'), [65, 10]],
  [config('FromPretrained', { value: [1, 2, 3, 4], shape: [2, 2], fill: 0.5 }), [3, 2]],
  [config('Embedding', { mean: 0.5, padding_idx: -2 }), [20, 30]],
]

const seeds = [
  { seed: '0', path: '' },
  { seed: '42', path: 'encoder.0.weight' },
  { seed: '18446744073709551615', path: '層/重み' },
]

/** The grid: every core initializer over shapes around block edges, seeds with high bits, and the other types. */
export function grid(): Golden[] {
  const lines: Golden[] = []
  for (const [i, init] of elementwise.entries()) {
    for (const [j, shape] of [[7], [64, 64], [3, 3, 16, 33], [4099]].entries()) {
      lines.push({ init, shape, ...(seeds[(i + j) % seeds.length] as (typeof seeds)[0]) })
    }
    for (const dtype of ['F64', 'F16', 'BF16'] as const) {
      lines.push({ init, shape: [33, 129], dtype, ...(seeds[i % seeds.length] as (typeof seeds)[0]) })
    }
  }
  for (const [i, init] of matrices.entries()) {
    for (const shape of [
      [1, 1],
      [5, 5],
      [64, 64],
      [97, 96],
      [130, 33],
      [33, 130],
      [1, 9],
      [9, 1],
    ]) {
      lines.push({ init, shape, ...(seeds[i % seeds.length] as (typeof seeds)[0]) })
    }
  }
  lines.push({ init: config('Orthogonal'), shape: [200, 3, 3, 8], layout: 'torch', seed: '7', path: 'conv' })
  for (const [i, [init, shape]] of BEYOND.entries())
    lines.push({ init, shape, ...(seeds[i % seeds.length] as (typeof seeds)[0]) })
  // One-sided cuts that begin just above one sigma, where the tail's series is longest.
  for (const b of [3, 40])
    for (const dtype of [undefined, 'F64'] as const) {
      const init = config('TruncNormal', { a: 1.03, b })
      lines.push({ init, shape: [33, 129], seed: '7', path: 'tail', ...(dtype && { dtype }) })
    }
  return lines
}

/** Makes a golden line's tensor and digests it. */
export function digest(line: Golden, engine: 'native' | 'js'): string {
  const law: Initializer = initializer(line.init)
  const { dtype, layout } = line
  const values = law.create(line.shape, {
    seed: BigInt(line.seed),
    path: line.path,
    engine,
    ...(dtype && { dtype }),
    ...(layout && { layout }),
  })
  return createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex')
}
