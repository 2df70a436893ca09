import test from 'ava'
import { computeFans, type Layout, orthogonal } from 'symbreak'

type Row = [layer: string, shape: number[], layout: Layout, fanIn: number, fanOut: number]

const rows: Row[] = [
  ['scalar', [], 'keras', 1, 1],
  ['vector', [5], 'keras', 5, 5],
  ['dense, Keras', [3, 4], 'keras', 3, 4],
  ['dense, torch', [4, 3], 'torch', 3, 4],
  ['dense, MLX', [4, 3], 'mlx', 3, 4],
  ['convolution, HWIO', [3, 5, 8, 16], 'keras', 120, 240],
  ['convolution, OIHW', [16, 8, 3, 5], 'torch', 120, 240],
  ['convolution, OHWI', [16, 3, 5, 8], 'mlx', 120, 240],
  ['grouped convolution, Keras', [3, 3, 4, 16], { kind: 'grouped', groups: 2 }, 36, 72],
  ['grouped convolution, torch', [16, 4, 3, 3], { kind: 'grouped', base: 'torch', groups: 2 }, 36, 72],
  ['grouped convolution, axes', [16, 4, 3, 3], { inAxes: [1], outAxes: [0], groups: 2 }, 36, 72],
  ['depthwise, Keras', [3, 3, 32, 2], { kind: 'depthwise' }, 9, 18],
  ['depthwise, torch', [64, 1, 3, 3], { kind: 'depthwise', base: 'torch', multiplier: 2 }, 9, 18],
  ['separable pointwise', [1, 1, 64, 16], 'keras', 64, 16],
  ['transposed, Keras', [4, 4, 8, 16], { kind: 'transposed', stride: 2 }, (16 * 16) / 4, 8 * 16],
  [
    'transposed, torch',
    [16, 8, 4, 4],
    { kind: 'transposed', base: 'torch', stride: [2, 2] },
    (16 * 16) / 4,
    8 * 16,
  ],
  ['einsum d,h,k', [64, 8, 16], { inAxes: [0], outAxes: [1, 2] }, 64, 128],
  ['einsum by products', [64, 8, 16], { kind: 'product', inAxes: [0], outAxes: [-1] }, 64, 16],
  ['embedding', [1000, 64], { fanIn: 1, fanOut: 64 }, 1, 64],
  ['packed gates, Keras', [32, 4 * 64], { kind: 'gates', gates: 4 }, 32, 64],
  ['packed gates, torch', [4 * 64, 32], { kind: 'gates', base: 'torch', gates: 4 }, 32, 64],
  ['experts, JAX', [10, 32, 64], { inAxes: [-2], outAxes: [-1], batchAxes: [0] }, 32, 64],
  ['empty', [0, 4], 'keras', 1, 4],
]

for (const [layer, shape, layout, fanIn, fanOut] of rows) {
  test(`fans of ${layer}`, (t) => t.deepEqual(computeFans(shape, layout), { fanIn, fanOut }))
}

test('ranks and axes that a layout refuses', (t) => {
  const shapes = { code: 'ERR_INVALID_SHAPE' }
  t.throws(() => computeFans([5], 'torch'), shapes)
  t.throws(() => computeFans([], 'mlx'), shapes)
  t.throws(() => computeFans([3, 4], { inAxes: [2], outAxes: [0] }), shapes)
  t.throws(() => computeFans([3, 4], { inAxes: [0], outAxes: [-2] }), shapes)
  t.throws(() => computeFans([3, 3, 4, 15], { kind: 'grouped', groups: 2 }), shapes)
  const argument = { code: 'ERR_INVALID_ARGUMENT' }
  t.throws(() => computeFans([3, 4], 'tensorflow' as 'keras'), argument)
  t.throws(() => computeFans([3, 4], { kind: 'gates' } as Layout), argument)
  t.throws(() => computeFans([3, 4], { kind: 'gates', gates: 4, size: 1 } as Layout), argument)
  t.throws(() => computeFans([3, 4], { fanIn: -1, fanOut: 1 }), argument)
})

/** Largest difference between the products of a matrix's columns and gain^2 times the identity. */
function columnError(
  entry: (i: number, j: number) => number,
  rowCount: number,
  columnCount: number,
  gain = 1,
): number {
  let worst = 0
  for (let a = 0; a < columnCount; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0
      for (let i = 0; i < rowCount; i++) dot += entry(i, a) * entry(i, b)
      worst = Math.max(worst, Math.abs(dot - (a === b ? gain * gain : 0)))
    }
  }
  return worst
}

test('orthogonal sees the matrix that the layout says', (t) => {
  const hwio = orthogonal({ seed: 1, gain: 2 }).create([3, 3, 2, 5])
  t.true(columnError((i, j) => hwio[i * 5 + j] as number, 18, 5, 2) < 1e-5)
  const oihw = orthogonal({ seed: 1, layout: 'torch' }).create([5, 2, 3, 3])
  t.true(columnError((i, j) => oihw[j * 18 + i] as number, 18, 5) < 1e-6)
  const wide = orthogonal({ seed: 1 }).create([3, 7])
  t.true(columnError((i, j) => wide[j * 7 + i] as number, 7, 3) < 1e-6)
})

test('orthogonal makes one matrix for each batch index, group and gate', (t) => {
  const batch = orthogonal({ seed: 1, layout: { inAxes: [1], outAxes: [2], batchAxes: [0] } }).create([
    3, 4, 4,
  ])
  for (let b = 0; b < 3; b++) t.true(columnError((i, j) => batch[b * 16 + i * 4 + j] as number, 4, 4) < 1e-6)
  const gates = orthogonal({ seed: 1, layout: { kind: 'gates', gates: 4 } }).create([6, 24])
  for (let g = 0; g < 4; g++) t.true(columnError((i, j) => gates[i * 24 + g * 6 + j] as number, 6, 6) < 1e-6)
  const apart: Layout = { inAxes: [0], outAxes: [1], batchAxes: [2] }
  const last = orthogonal({ seed: 1, layout: apart }).create([4, 4, 2])
  for (let b = 0; b < 2; b++) t.true(columnError((i, j) => last[(i * 4 + j) * 2 + b] as number, 4, 4) < 1e-6)
  t.throws(() => orthogonal({ layout: { inAxes: [1], outAxes: [0, 2] } }).create([2, 3, 4]), {
    code: 'ERR_INVALID_SHAPE',
  })
})
