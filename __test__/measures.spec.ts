import test from 'ava'
import {
  glorotNormal,
  orthogonal,
  orthogonalityError,
  singularValues,
  singularValuesAsync,
  spectralNorm,
  spectralNormAsync,
  systemInfo,
  uniform,
} from 'symbreak'

const engines = systemInfo().nativeError === undefined ? (['js', 'native'] as const) : (['js'] as const)

for (const engine of engines) {
  test(`${engine}: singular values of matrices that have them`, (t) => {
    const diagonal = Float32Array.of(3, 0, 0, 0, -5, 0)
    const values = singularValues(diagonal, [2, 3], { engine })
    t.deepEqual(
      [...values].map((x) => Math.round(x * 1e9) / 1e9),
      [5, 3],
    )
    t.true(Math.abs(spectralNorm(diagonal, [2, 3], { engine }) - 5) < 1e-9)
    const q = orthogonal({ seed: 3, gain: 2 }).create([60, 20])
    t.true(singularValues(q, [60, 20], { engine }).every((s) => Math.abs(s - 2) < 1e-5))
  })

  test(`${engine}: squares of the singular values are the matrix's`, (t) => {
    for (const shape of [
      [7, 5],
      [5, 7],
      [3, 3, 4, 6],
      [1, 4],
      [4, 1],
    ]) {
      const w = uniform(
        shape.reduce((a, b) => a * b),
        { seed: 5, low: -1 },
      )
      const values = singularValues(w, shape, { engine })
      const squares = w.reduce((sum, x) => sum + x * x, 0)
      t.true(Math.abs(values.reduce((sum, s) => sum + s * s, 0) - squares) < 1e-10 * squares)
      t.true(Math.abs(spectralNorm(w, shape, { engine }) - (values[0] as number)) < 1e-6)
    }
  })

  test(`${engine}: orthogonality of tall, wide and other layouts`, (t) => {
    t.is(orthogonalityError(Float32Array.of(1, 0, 0, 1, 0, 0), [3, 2], { engine }), 0)
    t.is(orthogonalityError(Float32Array.of(1, 0, 0, 0, 0.5, 0), [2, 3], { engine }), 0.75)
    const kernel = orthogonal({ seed: 1 }).create([64, 3, 3, 3], { layout: 'torch' })
    t.true(orthogonalityError(kernel, [64, 3, 3, 3], { engine, layout: 'torch' }) < 5e-7)
    t.true(orthogonalityError(kernel, [64, 3, 3, 3], { engine }) > 0.1)
  })

  test(`${engine}: empty matrices`, (t) => {
    t.is(spectralNorm(new Float32Array(0), [0, 3], { engine }), 0)
    t.is(singularValues(new Float32Array(0), [0, 3], { engine }).length, 0)
    t.is(orthogonalityError(new Float32Array(0), [3, 0], { engine }), 0)
  })
}

const near = (found: number, exact: number) => Math.abs(found - exact) <= 1e-12 * exact

for (const engine of engines) {
  test(`${engine}: matrices of very large and very small doubles`, async (t) => {
    for (const x of [1e300, 1e160, 1e100, 1e-100, 1e-160, 1e-200, 1e-300, 2 ** -1070]) {
      const w = new Float64Array(4).fill(x)
      t.true(near(spectralNorm(w, [2, 2], { engine }), 2 * x), `${x}`)
      t.true(near(await spectralNormAsync(w, [2, 2], { engine }), 2 * x), `${x}`)
      const values = singularValues(w, [2, 2], { engine })
      t.true(near(values[0] as number, 2 * x) && (values[1] as number) <= 1e-15 * x, `${x}: ${values}`)
      t.deepEqual(await singularValuesAsync(w, [2, 2], { engine }), values)
      t.true(w.every((value) => value === x))
    }
    const mixed = Float64Array.of(3e-200, 0, 0, 0, -5e-200, 0)
    const values = singularValues(mixed, [2, 3], { engine })
    t.true(near(values[0] as number, 5e-200) && near(values[1] as number, 3e-200))
  })

  test(`${engine}: what is beyond a double's range is infinite, never NaN`, (t) => {
    const largest = new Float64Array(4).fill(Number.MAX_VALUE)
    t.is(spectralNorm(largest, [2, 2], { engine }), Infinity)
    t.is(singularValues(largest, [2, 2], { engine })[0], Infinity)
    t.is(orthogonalityError(Float64Array.of(1e300, 1e300, 1e300, -1e300), [2, 2], { engine }), Infinity)
    t.is(orthogonalityError(new Float64Array(4).fill(1e-300), [2, 2], { engine }), 1)
  })

  test(`${engine}: scaling by a power of two scales what is measured, and nothing else`, (t) => {
    const w = uniform(30, { seed: 5, low: -1, dtype: 'F64' })
    const [norm, values] = [spectralNorm(w, [6, 5], { engine }), singularValues(w, [6, 5], { engine })]
    for (const scale of [2 ** 900, 2 ** -900]) {
      const scaled = w.map((x) => x * scale)
      t.is(spectralNorm(scaled, [6, 5], { engine }), norm * scale)
      t.deepEqual(
        singularValues(scaled, [6, 5], { engine }),
        values.map((s) => s * scale),
      )
    }
  })
}

test('both engines measure the same, doubles too', (t) => {
  const shape = [40, 30]
  const w = glorotNormal({ seed: 2 }).create(shape)
  const [a, b] = [singularValues(w, shape), singularValues(Float64Array.from(w), shape)]
  t.true(a.every((s, i) => Math.abs(s - (b[i] as number)) < 1e-9))
})

test('refusals', (t) => {
  const w = new Float32Array(6)
  const refuse = (code: string, ...args: unknown[]) => {
    for (const measure of [spectralNorm, singularValues, orthogonalityError])
      t.throws(() => (measure as (...args: unknown[]) => unknown)(...args), { code })
  }
  refuse('ERR_LENGTH_MISMATCH', w, [2, 2])
  refuse('ERR_INVALID_SHAPE', w, [6])
  refuse('ERR_INVALID_SHAPE', w, 6)
  refuse('ERR_INVALID_ARGUMENT', [1, 2], [1, 2])
  refuse('ERR_INVALID_ARGUMENT', Float32Array.of(1, NaN), [1, 2])
  refuse('ERR_INVALID_ARGUMENT', w, [2, 3], { layout: { fanIn: 1, fanOut: 1 } })
  refuse('ERR_INVALID_ARGUMENT', w, [2, 3], { engine: 'gpu' })
})
