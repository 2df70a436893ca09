import test from 'ava'
import { initializer, type InitializerLike, systemInfo } from 'symbreak'
import { BEYOND } from './engine/golden.js'

const place = { seed: 11, path: 'tensor' }
const engines = systemInfo().nativeError === undefined ? (['js', 'native'] as const) : (['js'] as const)

for (const [config, shape] of BEYOND) {
  const made = initializer(config)
  test(`${JSON.stringify(config)}: equal on both engines, in parts, at once and later`, async (t) => {
    const whole = made.create(shape, { ...place, engine: 'js' })
    const later = await made.createAsync(shape, place)
    t.deepEqual(later, whole)
    for (const engine of engines) {
      t.deepEqual(made.create(shape, { ...place, engine }), whole)
      const [offset, length] = [whole.length >> 2, whole.length >> 1]
      t.deepEqual(
        made.create(shape, { ...place, engine, offset, length }),
        whole.slice(offset, offset + length),
      )
      t.is(made.create(shape, { ...place, engine, dtype: 'BF16' }).length, whole.length)
    }
  })

  test(`${JSON.stringify(config)}: goes through JSON and is described`, (t) => {
    const text = JSON.stringify(made)
    const again = initializer(JSON.parse(text) as InitializerLike)
    t.is(JSON.stringify(again), text)
    t.deepEqual(again.create(shape, place), made.create(shape, place))
    const { distribution, mean, stddev, min, max } = made.describe(shape)
    t.true(distribution.length > 0 && Number.isFinite(mean) && stddev >= 0 && stddev < Infinity)
    const values = made.create(shape, {
      ...place,
      dtype: made.className.endsWith('rthogonal') ? 'F32' : 'F64',
    })
    t.true(values.every((x) => x >= min - 1e-6 && x <= max + 1e-6))
  })
}

test('empty tensors', (t) => {
  for (const [config, shape] of BEYOND) {
    // Kernels keep their taps, matrices their equal sides.
    const empty = shape.map((size, axis) => (shape.length < 3 || axis === shape.length - 1 ? 0 : size))
    t.is(initializer(config).create(empty, place).length, 0, JSON.stringify(config))
  }
})
