import test from 'ava'
import { accuracy, auc, classes, confusionMatrix, r2, topKAccuracy } from 'symbreak'

const outputs = Float32Array.of(1, 3, 2, 5, 5, 1, 0, 0, 7)
const labels = Int32Array.of(1, 1, 2)

test('classes takes the first of the largest, or a threshold', (t) => {
  t.deepEqual([...classes(outputs, 3)], [1, 0, 2])
  t.deepEqual([...classes(Float32Array.of(-0.1, 0, 0.1), 3)], [0, 0, 1])
  t.deepEqual([...classes(Float32Array.of(0.4, 0.6), 2, 0.5)], [0, 1])
  t.deepEqual([...classes(new Float32Array(0), 0)], [])
})

test('accuracy, top k and the confusion matrix count rows', (t) => {
  t.is(accuracy(outputs, labels), 2 / 3)
  t.is(topKAccuracy(outputs, labels, 1), 1)
  t.is(topKAccuracy(outputs, Int32Array.of(0, 2, 2), 2), 1 / 3)
  t.deepEqual(confusionMatrix(outputs, labels), [
    [0, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ])
  t.deepEqual(confusionMatrix(Float32Array.of(-1, 1, 2), Uint8Array.of(0, 0, 1)), [
    [1, 1],
    [0, 1],
  ])
})

// scikit-learn 1.7: r2_score and roc_auc_score of the same numbers.
test('r2 and auc are those of scikit-learn', (t) => {
  const predicted = Float32Array.of(0, 2, -1, 2, 8, -5)
  const truth = Float32Array.of(0.5, 1, -1, 1, 7, -6)
  t.true(Math.abs(r2(predicted, truth, 2) - 0.9368005266622779) < 1e-12)
  t.is(r2(Float32Array.of(2, 2), Float32Array.of(2, 2)), 1)
  t.is(r2(Float32Array.of(2, 3), Float32Array.of(2, 2)), 0)
  const scores = Float32Array.of(0.1, 0.4, 0.35, 0.8, 0.4, 0.4)
  t.true(Math.abs(auc(scores, Uint8Array.of(0, 0, 1, 1, 0, 1)) - 2 / 3) < 1e-12)
  t.true(Number.isNaN(auc(scores, new Uint8Array(6))))
  t.true(Number.isNaN(auc(Float32Array.of(Number.NaN, 1), Uint8Array.of(0, 1))))
})

test('what is no array of numbers, or no threshold, is refused with a code', (t) => {
  const labels = Int32Array.of(0, 1)
  const wrong = [
    () => auc(undefined as never, labels),
    () => auc([0.1, 0.9] as never, labels),
    () => auc(new Float32Array(2), [0, 1] as never),
    () => r2('12' as never, '12' as never),
    () => r2(undefined as never, new Float32Array(2)),
    () => classes(new Float32Array(2), 2, 'abc' as never),
    () => accuracy(new Float32Array(2), labels, Number.NaN),
  ]
  for (const call of wrong) t.throws(call, { code: 'ERR_INVALID_ARGUMENT' })
  t.deepEqual([...classes(Float32Array.of(-9, 9), 2, -Infinity)], [1, 1])
})

test('lengths that do not fit are refused', (t) => {
  for (const call of [
    () => accuracy(outputs, Int32Array.of(1, 2)),
    () => r2(outputs, Float32Array.of(1)),
    () => auc(outputs, labels),
  ]) {
    t.is((t.throws(call) as { code?: string }).code, 'ERR_LENGTH_MISMATCH')
  }
})
