import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import * as arrow from 'apache-arrow'
import test from 'ava'
import * as ort from 'onnxruntime-common'
import { fromArrow, heNormal, plan, toArrow, toOnnx } from 'symbreak'

test('an onnxruntime tensor keeps the array as its memory', (t) => {
  const values = heNormal({ seed: 1 }).create([8, 4])
  const tensor = toOnnx(ort, values, [8, 4])
  t.is(tensor.type, 'float32')
  t.deepEqual(tensor.dims, [8, 4])
  t.is(tensor.data, values)
})

test('an onnxruntime tensor has the type of its array', (t) => {
  t.is(toOnnx(ort, new Float64Array(2), [2]).type, 'float64')
  t.is(toOnnx(ort, new Int32Array(2), [2]).type, 'int32')
  t.is(toOnnx(ort, new Uint8Array(2), [2]).type, 'uint8')
  t.is(toOnnx(ort, heNormal({ seed: 1 }).create([2], { dtype: 'F16' }), [2]).type, 'float16')
  t.deepEqual(toOnnx(ort, new Float32Array(0), [0, 3]).dims, [0, 3])
})

test('an Arrow vector has a list for each row, without a copy', (t) => {
  const values = heNormal({ seed: 2 }).create([5, 3])
  const vector = toArrow(arrow, values, 3)
  t.is(vector.length, 5)
  t.is(String(vector.type), 'FixedSizeList[3]<Float32>')
  for (let row = 0; row < 5; row++)
    t.deepEqual(vector.get(row)?.toArray(), values.slice(3 * row, 3 * row + 3))
  t.is(fromArrow(vector)[0]?.values.buffer, values.buffer)
})

test('an Arrow table of such vectors goes through its file format', (t) => {
  const values = heNormal({ seed: 3 }).create([6, 4])
  const bytes = arrow.tableToIPC(new arrow.Table({ embedding: toArrow(arrow, values, 4) }))
  const column = arrow.tableFromIPC(bytes).getChild('embedding')
  t.deepEqual(fromArrow(column as never), [{ row: 0, width: 4, values }])
})

test('rows come back from slices and from vectors of several chunks', (t) => {
  const values = Float32Array.from({ length: 24 }, (_, i) => i)
  const vector = toArrow(arrow, values, 4)
  t.deepEqual(fromArrow(vector.slice(1, 5).slice(1, 3)), [{ row: 0, width: 4, values: values.slice(8, 16) }])
  const both = vector.slice(4).concat(vector.slice(0, 2))
  t.deepEqual(fromArrow(both), [
    { row: 0, width: 4, values: values.slice(16) },
    { row: 2, width: 4, values: values.slice(0, 8) },
  ])
  t.deepEqual(
    fromArrow(toArrow(arrow, new Float32Array(0), 4)).flatMap(({ values: rows }) => [...rows]),
    [],
  )
})

test('a part of a pooled buffer becomes a vector of that part', (t) => {
  const pool = new Float32Array(100)
  heNormal({ seed: 4 }).fill(pool.subarray(20, 40), [5, 4])
  const vector = toArrow(arrow, pool.subarray(20, 40), 4)
  t.deepEqual(vector.get(4)?.toArray(), pool.slice(36, 40))
  t.true(pool.subarray(0, 20).every((value) => value === 0))
})

const nulls = () =>
  arrow.vectorFromArray(
    [[1, 2], null, [3, 4]],
    new arrow.FixedSizeList(2, arrow.Field.new('item', new arrow.Float32())),
  )

const wrong: [string, () => unknown, string][] = [
  ['rows that are not whole', () => toArrow(arrow, new Float32Array(5), 3), 'ERR_LENGTH_MISMATCH'],
  ['width 0', () => toArrow(arrow, new Float32Array(5), 0), 'ERR_INVALID_ARGUMENT'],
  ['doubles', () => toArrow(arrow, new Float64Array(6) as never, 3), 'ERR_INVALID_ARGUMENT'],
  ['no Arrow', () => toArrow({} as never, new Float32Array(6), 3), 'ERR_INVALID_ARGUMENT'],
  ['a vector of numbers', () => fromArrow(arrow.makeVector(new Float32Array(3))), 'ERR_INVALID_ARGUMENT'],
  ['nulls', () => fromArrow(nulls() as never), 'ERR_INVALID_ARGUMENT'],
  ['no vector', () => fromArrow(undefined as never), 'ERR_INVALID_ARGUMENT'],
  ['a tensor of the wrong length', () => toOnnx(ort, new Float32Array(5), [2, 3]), 'ERR_LENGTH_MISMATCH'],
  ['a tensor of a bad shape', () => toOnnx(ort, new Float32Array(5), [-5]), 'ERR_INVALID_SHAPE'],
  ['a tensor of plain numbers', () => toOnnx(ort, [1, 2] as never, [2]), 'ERR_INVALID_ARGUMENT'],
  ['no onnxruntime', () => toOnnx({} as never, new Float32Array(2), [2]), 'ERR_INVALID_ARGUMENT'],
]

for (const [name, call, code] of wrong) {
  test(`refuses ${name}`, (t) => {
    t.throws(call, { code })
  })
}

const weights = () =>
  plan({
    seed: 3,
    tensors: Array.from({ length: 200 }, (_, i) => ({ name: `t${i}`, shape: [64, 64] })),
    rules: [{ match: '*', init: 'heNormal' }],
  })

test('a stream of tensors makes no more than its reader takes', async (t) => {
  let made = 0
  async function* counted() {
    for await (const tensor of weights().tensorsAsync()) {
      made++
      yield tensor
    }
  }
  const stream = Readable.from(counted(), { highWaterMark: 2 })
  const read: string[] = []
  for await (const { name } of stream) {
    read.push(name as string)
    t.true(made <= read.length + 3, `${made} made, ${read.length} read`)
    if (read.length === 20) break
  }
  t.is(read.length, 20)
  t.true(stream.destroyed)
  t.true(made <= 23)
})

test('a stream of tensors ends with its signal', async (t) => {
  const controller = new AbortController()
  const stream = Readable.from(weights().tensorsAsync({ signal: controller.signal }))
  let read = 0
  stream.on('data', () => {
    read++
    if (read === 3) controller.abort()
  })
  await t.throwsAsync(finished(stream), { code: 'ERR_ABORTED', name: 'AbortError' })
  t.true(read <= 5)
})

test('the bytes of a plan are those of its file', async (t) => {
  const all = plan({ seed: 3, tensors: [{ name: 'a', shape: [300, 7], init: 'heNormal' }] })
  const chunks = (await Readable.from(all.bytes()).toArray()) as Uint8Array[]
  const bytes = Buffer.concat(chunks)
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE()))) as Record<
    string,
    unknown
  >
  t.deepEqual(Object.keys(header).includes('a'), true)
  const values = new Float32Array(Uint8Array.from(bytes.subarray(-300 * 7 * 4)).buffer)
  t.deepEqual(values, all.create().get('a') as Float32Array)
})

test('work in hand stops when its reader leaves, and the file’s bytes stop likewise', async (t) => {
  const large = plan({ seed: 1, tensors: [{ name: 'w', shape: [6000, 6000], init: 'random_normal' }] })
  const haar = plan({ seed: 1, tensors: [{ name: 'w', shape: [1500, 1500], init: 'orthogonal' }] })
  for (const [p, engine] of [
    [large, 'js'],
    [large, 'auto'],
    [haar, 'auto'],
  ] as const) {
    const values = p.tensorsAsync({ engine })
    const pending = values.next()
    const left = values.return()
    await t.throwsAsync(pending, { code: 'ERR_ABORTED', name: 'AbortError' })
    t.deepEqual(await left, { done: true, value: undefined })
    t.deepEqual(await values.next(), { done: true, value: undefined })
  }
  const bytes = haar.bytes()
  await bytes.next()
  const pending = bytes.next()
  const reason = new Error('enough')
  await t.throwsAsync(() => Promise.all([pending, bytes.throw(reason)]), { code: 'ERR_ABORTED' })
  const controller = new AbortController()
  const values = large.tensorsAsync({ signal: controller.signal })
  const next = values.next()
  controller.abort(reason)
  t.is((await t.throwsAsync(next, { code: 'ERR_ABORTED' })).cause, reason)
  t.throws(() => large.tensorsAsync({ signal: 1 as never }), { code: 'ERR_INVALID_ARGUMENT' })
})
