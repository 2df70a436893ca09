import test from 'ava'
import { LinearModel, sgd } from 'symbreak'
import { bits, codeOf } from './support/toy.js'

// Two overlapping clouds on either side of the line x0 + 2 x1 = 0.
const x = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i * 1.7) + Math.cos(i * 0.3))
const score = (row: number) => (x[2 * row] as number) + 2 * (x[2 * row + 1] as number)
const y = Uint8Array.from({ length: 300 }, (_, row) => Number(score(row) > 0))
const fit = { epochs: 40, batchSize: 20, optimizer: sgd({ learningRate: 0.5 }) }

for (const kind of ['logistic', 'hinge', 'softmax'] as const) {
  test(`${kind} separates two classes`, async (t) => {
    const model = new LinearModel({ inputs: 2, kind, outputs: kind === 'softmax' ? 2 : 1, seed: 1 })
    await model.fit(x, y, fit)
    const { accuracy } = await model.evaluate(x, y)
    t.true((accuracy as number) > 0.97, String(accuracy))
    const labels = await model.predict(x)
    t.is(labels.filter((label, row) => label === y[row]).length / 300, accuracy as number)
  })
}

test('ridge finds the coefficients, and shrinks them', async (t) => {
  const targets = Float32Array.from({ length: 300 }, (_, row) => score(row) + 3)
  const plain = new LinearModel({ inputs: 2, kind: 'ridge', seed: 1 })
  const small = { ...fit, optimizer: sgd({ learningRate: 0.05 }) }
  await plain.fit(x, targets, small)
  const [c0, c1] = plain.network.weights.get('linear/kernel') as Float32Array
  t.true(Math.abs((c0 as number) - 1) < 1e-2 && Math.abs((c1 as number) - 2) < 1e-2)
  const shrunk = new LinearModel({ inputs: 2, kind: 'ridge', l2: 1, seed: 1 })
  await shrunk.fit(x, targets, small)
  t.true((shrunk.network.weights.get('linear/kernel')?.[1] as number) < 0.9 * (c1 as number))
  t.true((await plain.predict(x)) instanceof Float32Array)
})

test('partialFit goes on from piece to piece with the optimizer’s state', async (t) => {
  const pieces = new LinearModel({ inputs: 2, kind: 'logistic', seed: 1 })
  const whole = new LinearModel({ inputs: 2, kind: 'logistic', seed: 1 })
  const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 })
  await pieces.partialFit(x.subarray(0, 200), y.subarray(0, 100), { batchSize: 20, optimizer })
  const { loss, accuracy } = await pieces.partialFit(x.subarray(200), y.subarray(100), {
    batchSize: 20,
    optimizer,
  })
  await whole.fit(x, y, { epochs: 1, batchSize: 20, optimizer, shuffle: false })
  t.deepEqual(bits(pieces.network), bits(whole.network))
  t.true(loss > 0 && (accuracy as number) > 0.5)
  t.is(await codeOf(pieces.partialFit(x, y, { epochs: 2 } as never)), 'ERR_INVALID_ARGUMENT')
})

test('configurations are checked', (t) => {
  for (const wrong of [
    { inputs: 2, kind: 'lasso' },
    { inputs: 2, kind: 'softmax' },
    { inputs: 0, kind: 'ridge' },
    { inputs: 2, kind: 'ridge', alpha: 1 },
  ]) {
    t.is((t.throws(() => new LinearModel(wrong as never)) as { code?: string }).code, 'ERR_INVALID_ARGUMENT')
  }
})
