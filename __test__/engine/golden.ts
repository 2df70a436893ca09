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
