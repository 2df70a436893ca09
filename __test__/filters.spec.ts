import test from 'ava'
import {
  daubechies,
  dct,
  gabor,
  gaussian,
  haar,
  type Initializer,
  laplacian,
  mel,
  orthogonalityError,
  sobel,
  stft,
} from 'symbreak'

const near = (a: number, b: number, tolerance = 1e-6) => Math.abs(a - b) <= tolerance

/** Entry of a [rows, columns] matrix. */
const matrix = (made: Initializer, rows: number, columns: number) => {
  const values = made.create([rows, columns], { dtype: 'F64' })
  return (i: number, j: number) => values[i * columns + j] as number
}

test('dct is the orthonormal DCT-II', (t) => {
  const [n, k] = [12, 5]
  const entry = matrix(dct(), n, k)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < k; j++) {
      const scale = Math.sqrt((j === 0 ? 1 : 2) / n)
      t.true(near(entry(i, j), scale * Math.cos((Math.PI * (2 * i + 1) * j) / (2 * n)), 1e-15))
    }
  t.true(orthogonalityError(dct().create([64, 64]), [64, 64]) < 1e-6)
  t.deepEqual(dct().create([64, 64], { layout: 'torch' })[1], dct().create([64, 64])[64])
})

test('haar is orthonormal, coarse to fine', (t) => {
  for (const n of [1, 2, 8, 32]) t.true(orthogonalityError(haar().create([n, n]), [n, n]) < 1e-6)
  const half = Math.fround(Math.SQRT1_2)
  t.deepEqual(
    [...haar().create([4, 4])],
    [0.5, 0.5, half, 0, 0.5, 0.5, -half, 0, 0.5, -0.5, 0, half, 0.5, -0.5, 0, -half],
  )
  t.throws(() => haar().create([6, 6]), { code: 'ERR_INVALID_SHAPE' })
})

test("Daubechies' filters are orthonormal to their shifts and have their vanishing moments", (t) => {
  for (const order of [1, 2, 3]) {
    const taps = 2 * order
    const values = daubechies({ order }).create([taps, 1, 2], { dtype: 'F64' })
    const [low, high] = [0, 1].map((o) =>
      Array.from({ length: taps }, (_, k) => values[2 * k + o] as number),
    ) as [number[], number[]]
    const product = (x: number[], y: number[], shift: number) =>
      x.reduce((sum, value, k) => sum + value * (y[k + shift] ?? 0), 0)
    for (let shift = 0; shift < taps; shift += 2) {
      t.true(near(product(low, low, shift), shift === 0 ? 1 : 0, 1e-14))
      t.true(near(product(high, high, shift), shift === 0 ? 1 : 0, 1e-14))
      t.true(near(product(low, high, shift), 0, 1e-14) && near(product(high, low, shift), 0, 1e-14))
    }
    for (let moment = 0; moment < order; moment++)
      t.true(
        near(
          high.reduce((sum, value, k) => sum + value * k ** moment, 0),
          0,
          1e-12,
        ),
      )
  }
  t.throws(() => daubechies({ order: 2 }).create([6, 1, 2]), { code: 'ERR_INVALID_SHAPE' })
})

test("stft is Keras's: a windowed transform over the root of the window's energy", (t) => {
  const [frame, bins] = [20, 17]
  const points = 2 * (bins - 1)
  for (const side of ['real', 'imag'] as const) {
    for (const scaling of ['density', 'spectrum'] as const) {
      const values = stft({ side, scaling, periodic: true }).create([frame, 1, bins], { dtype: 'F64' })
      const window = Array.from({ length: frame }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frame))
      const scale =
        scaling === 'density'
          ? Math.sqrt(window.reduce((sum, w) => sum + w * w, 0))
          : window.reduce((sum, w) => sum + w, 0)
      for (let i = 0; i < frame; i++)
        for (let f = 0; f < bins; f++) {
          const angle = (-2 * Math.PI * i * f) / points
          const wave = side === 'real' ? Math.cos(angle) : Math.sin(angle)
          t.true(near(values[i * bins + f] as number, (wave * (window[i] as number)) / scale, 1e-14))
        }
    }
  }
  t.is(stft({ window: 'ones' }).className, 'STFT')
  t.throws(() => stft().create([20, 2, 17]), { code: 'ERR_INVALID_SHAPE' })
  t.throws(() => stft().create([20, 1, 1]), { code: 'ERR_INVALID_SHAPE' })
})

test('mel bands are triangles that add up to 1 between the first and the last centre', (t) => {
  const [bins, bands] = [257, 20]
  const entry = matrix(mel({ sampleRate: 16_000, lowerHz: 80, upperHz: 7600 }), bins, bands)
  const toMel = (hertz: number) => 1127 * Math.log(1 + hertz / 700)
  const edge = (k: number) => toMel(80) + ((toMel(7600) - toMel(80)) * k) / (bands + 1)
  for (let bin = 0; bin < bins; bin++) {
    const pitch = toMel((8000 * bin) / (bins - 1))
    let sum = 0
    for (let band = 0; band < bands; band++) {
      const value = entry(bin, band)
      t.true(value >= 0 && value <= 1)
      if (bin > 0 && pitch > edge(band) && pitch < edge(band + 1))
        t.true(near(value, (pitch - edge(band)) / (edge(1) - edge(0)), 1e-10))
      sum += value
    }
    if (pitch > edge(1) && pitch < edge(bands)) t.true(near(sum, 1, 1e-10), `bin ${bin}`)
    if (pitch < edge(0) || pitch > edge(bands + 1)) t.is(sum, 0)
  }
  t.throws(() => mel({ lowerHz: 100, upperHz: 5000 }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('sobel and laplacian', (t) => {
  t.deepEqual([...sobel().create([3, 3, 1, 1])], [-1, 0, 1, -2, 0, 2, -1, 0, 1])
  const bank = sobel().create([4, 2, 3, 3], { layout: 'torch' })
  t.deepEqual([...bank.subarray(18, 27)], [-0.5, -1, -0.5, 0, 0, 0, 0.5, 1, 0.5])
  for (let o = 0; o < 4; o++)
    t.is(
      bank.subarray(18 * o, 18 * o + 9).reduce((sum, x) => sum + x, 0),
      0,
    )
  t.deepEqual([...laplacian().create([3, 3, 1, 1])], [0, 1, 0, 1, -4, 1, 0, 1, 0])
  t.deepEqual([...laplacian().create([3, 1, 1])], [1, -2, 1])
  t.throws(() => sobel().create([5, 5, 1, 1]), { code: 'ERR_INVALID_SHAPE' })
  t.throws(() => laplacian().create([3, 5, 1, 1]), { code: 'ERR_INVALID_SHAPE' })
})

test('a gaussian has the weight 1 and its width', (t) => {
  const values = gaussian({ sigma: 1.5 }).create([15, 2, 3], { dtype: 'F64' })
  const taps = Array.from({ length: 15 }, (_, k) => values[6 * k] as number)
  t.true(near(2 * taps.reduce((a, b) => a + b), 1, 1e-14))
  const variance = 2 * taps.reduce((sum, weight, k) => sum + weight * (k - 7) ** 2, 0)
  t.true(near(variance, 2.25, 0.01))
  t.true(
    near(
      gaussian()
        .create([5, 7, 1, 1])
        .reduce((a, b) => a + b),
      1,
    ),
  )
})

test('gabor filters turn with the output', (t) => {
  const [size, outputs] = [9, 4]
  const options = { wavelength: 5, sigma: 2.5, aspect: 0.7, phase: 0.4 }
  const values = gabor(options).create([size, size, 1, outputs], { dtype: 'F64' })
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let o = 0; o < outputs; o++) {
        const theta = (Math.PI * o) / outputs
        const [dx, dy] = [x - 4, y - 4]
        const along = dx * Math.cos(theta) + dy * Math.sin(theta)
        const across = dy * Math.cos(theta) - dx * Math.sin(theta)
        const expected =
          Math.exp(-(along ** 2 + 0.49 * across ** 2) / (2 * 6.25)) *
          Math.cos((2 * Math.PI * along) / 5 + 0.4)
        t.true(near(values[(y * size + x) * outputs + o] as number, expected, 1e-13))
      }
})
