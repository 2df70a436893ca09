import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import {
  adam,
  classes,
  dense,
  Generator,
  heUniform,
  Network,
  readSafetensors,
  rmsprop,
  sgd,
  type FitOptions,
  type NetworkConfig,
  type Progress,
} from 'symbreak'
import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const fit: FitOptions = { epochs: 20, batchSize: 20, optimizer: sgd({ learningRate: 0.3, momentum: 0.9 }) }

test('learns what a linear model cannot', async (t) => {
  const net = new Network(config)
  const { epoch, history } = await net.fit(x, y, fit)
  t.deepEqual(
    epoch,
    Array.from({ length: 20 }, (_, e) => e),
  )
  t.is(history.loss.length, 20)
  t.true((history.loss.at(-1) as number) < 0.3 * (history.loss[0] as number))
  const { loss, accuracy } = await net.evaluate(x, y)
  t.true(loss < 0.2)
  t.true((accuracy as number) > 0.93)
  const outputs = await net.predict(x)
  t.is(outputs.length, 400)
  t.is(classes(outputs, 200).filter((label, row) => label === y[row]).length / 200, accuracy as number)
})

test('starts from the initializers on the streams of the weights’ names', (t) => {
  const net = new Network({
    ...config,
    layers: [dense(8, { kernelInitializer: 'heUniform' }), dense(2, { useBias: false })],
  })
  t.deepEqual([...net.weights.keys()], ['dense_1/kernel', 'dense_1/bias', 'dense_2/kernel'])
  t.deepEqual(
    net.weights.get('dense_1/kernel'),
    heUniform().create([2, 8], { seed: 7, path: 'dense_1/kernel' }),
  )
  t.deepEqual(net.weights.get('dense_1/bias'), new Float32Array(8))
  const own = new Network({
    ...config,
    layers: [dense(8, { name: 'a', kernelInitializer: heUniform({ seed: 3 }) }), dense(2)],
  })
  t.deepEqual(own.weights.get('a/kernel'), heUniform().create([2, 8], { seed: 3, path: 'a/kernel' }))
  t.is(own.parameterCount, 2 * 8 + 8 + 8 * 2 + 2)
})

test('the same seed gives the same bits, whatever the slices', async (t) => {
  const [a, b] = [new Network(config), new Network(config)]
  await a.fit(x, y, { ...fit, epochs: 6, optimizer: sgd({ learningRate: 0.3 }) })
  await b.fit(x, y, { ...fit, epochs: 2, optimizer: sgd({ learningRate: 0.3 }) })
  await b.fit(x, y, { ...fit, epochs: 6, initialEpoch: 2, optimizer: sgd({ learningRate: 0.3 }) })
  t.deepEqual(bits(a), bits(b))
  const other = new Network({ ...config, seed: 8 })
  t.notDeepEqual(bits(other), bits(new Network(config)))
})

test('validation rows are the last ones before shuffling', async (t) => {
  const split = new Network(config)
  const given = new Network(config)
  const a = await split.fit(x, y, { ...fit, validationSplit: 0.2 })
  const b = await given.fit(x.subarray(0, 320), y.subarray(0, 160), {
    ...fit,
    validationData: [x.subarray(320), y.subarray(160)],
  })
  t.deepEqual(a, b)
  t.deepEqual(bits(split), bits(given))
  t.deepEqual(Object.keys(a.history), ['loss', 'accuracy', 'val_loss', 'val_accuracy'])
  t.is(a.history['val_loss']?.length, 20)
})

test('regression has no accuracy', async (t) => {
  const net = new Network({ inputs: 1, layers: [dense(1)], loss: 'meanSquaredError', seed: 1 })
  const inputs = Float32Array.from({ length: 50 }, (_, i) => i / 50)
  const { history } = await net.fit(
    inputs,
    inputs.map((v) => 3 * v - 1),
    { epochs: 200, batchSize: 10, optimizer: sgd({ learningRate: 0.2 }) },
  )
  t.deepEqual(Object.keys(history), ['loss'])
  t.true(Math.abs((net.weights.get('dense_1/kernel')?.[0] as number) - 3) < 0.05)
  t.true(Math.abs((net.weights.get('dense_1/bias')?.[0] as number) + 1) < 0.05)
})

test('dropout’s masks are the streams of the layers’ names and epochs', async (t) => {
  for (const engine of ['auto', 'js'] as const) {
    // The first layer passes its four inputs on; the second starts from zeros, so one step shows what got through.
    const first = dense(4, {
      kernelInitializer: 'identity',
      useBias: false,
      trainable: false,
      dropout: 0.5,
      name: 'd',
    })
    const layers = [first, dense(1, { kernelInitializer: 'zeros', useBias: false })]
    for (const epoch of [0, 5]) {
      const net = new Network({ inputs: 4, layers, loss: 'meanSquaredError', seed: 3, engine })
      const ones = new Float32Array(8).fill(1)
      await net.fit(ones, Float32Array.of(1, 1), {
        batchSize: 2,
        initialEpoch: epoch,
        epochs: epoch + 1,
        optimizer: sgd({ learningRate: 0.5 }),
      })
      const mask = new Generator(3, `d/dropout/${epoch}`).bernoulli(8, { p: 0.5 })
      // The derivative for a row is -2 times its inputs, which are doubled where they are kept; the mean is over rows.
      const kept = (i: number) => 1 - (mask[i] as number)
      const expected = Float32Array.from({ length: 4 }, (_, i) => kept(i) + kept(4 + i))
      t.deepEqual(net.weights.get('dense_2/kernel'), expected)
      t.deepEqual(
        net.weights.get('d/kernel'),
        Float32Array.from({ length: 16 }, (_, i) => Number(i % 5 === 0)),
      )
    }
  }
})

test('every optimizer learns', async (t) => {
  for (const optimizer of [adam({ learningRate: 0.03 }), rmsprop({ learningRate: 0.01 }), 'adamW'] as const) {
    const { history } = await new Network(config).fit(x, y, { epochs: 30, batchSize: 20, optimizer })
    t.true((history.loss.at(-1) as number) < (history.loss[0] as number))
  }
})

test('weights are copies, and setWeights changes all or nothing', (t) => {
  const net = new Network(config)
  const before = bits(net)
  net.weights.get('dense_1/kernel')?.fill(9)
  t.deepEqual(bits(net), before)
  const error = t.throws(() =>
    net.setWeights(
      new Map([
        ['dense_1/kernel', new Float32Array(16)],
        ['nope', new Float32Array(1)],
        ['dense_2/bias', new Float32Array(3)],
      ]),
    ),
  )
  t.regex(
    String(error?.message),
    /"nope" is not a weight.*"dense_2\/bias" must be a Float32Array of 2 numbers \[2\], got 3/,
  )
  t.deepEqual(bits(net), before)
  const ones = new Float32Array(16).fill(1)
  net.setWeights(new Map([['dense_1/kernel', ones]]))
  ones.fill(5)
  t.deepEqual(net.weights.get('dense_1/kernel'), new Float32Array(16).fill(1))
})

test('weights can be read and set while a fit runs; a second fit is refused', async (t) => {
  const net = new Network(config)
  const running = net.fit(x, y, fit)
  t.is(await codeOf(net.fit(x, y, fit)), 'ERR_INVALID_ARGUMENT')
  t.is(net.weights.size, 4)
  const outputs = await net.predict(x)
  t.is(outputs.length, 400)
  const zeros = new Map([...net.weights].map(([name, data]) => [name, new Float32Array(data.length)]))
  net.setWeights(zeros)
  t.deepEqual(net.weights, zeros)
  await running
  t.notDeepEqual(bits(net), bits(new Network(config)))
})

test('an abort leaves whole batches and the network usable', async (t) => {
  const net = new Network(config)
  const controller = new AbortController()
  const running = net.fit(x, y, { ...fit, epochs: 1e6, signal: controller.signal })
  setTimeout(() => controller.abort('enough'), 50)
  const error = await t.throwsAsync(running)
  t.is((error as { code?: string }).code, 'ERR_ABORTED')
  t.is(error?.name, 'AbortError')
  t.true([...net.weights.values()].every((data) => data.every(Number.isFinite)))
  t.is((await net.fit(x, y, { ...fit, epochs: 1 })).epoch.length, 1)
  t.is(await codeOf(net.fit(x, y, { ...fit, signal: AbortSignal.abort() })), 'ERR_ABORTED')
})

test('progress counts batches and ends at the total', async (t) => {
  const seen: Progress[] = []
  await new Network(config).fit(x, y, { ...fit, onProgress: (progress) => seen.push(progress) })
  const last = seen.at(-1) as Progress
  t.deepEqual(
    { done: last.done, total: last.total, unit: last.unit },
    { done: 200, total: 200, unit: 'batches' },
  )
  t.true(seen.length <= 2 + last.elapsedMs / 100)
})

test('saved networks come back whole', async (t) => {
  const here = await folder(t)
  const path = join(here, 'net.safetensors')
  const net = new Network({ ...config, seed: 2n ** 63n })
  await net.fit(x, y, { ...fit, epochs: 2 })
  await net.save(path)
  const again = await Network.load(path)
  t.is(again.seed, 2n ** 63n)
  t.deepEqual(bits(again), bits(net))
  t.deepEqual(JSON.stringify(again), JSON.stringify(net))
  t.deepEqual(await again.predict(x), await net.predict(x))
  t.deepEqual((await readSafetensors(path)).tensors.get('dense_1/kernel')?.shape, [2, 8])
  t.deepEqual(await readdir(here), ['net.safetensors'])
  await writeFile(path, 'junk')
  t.is(await codeOf(Network.load(path)), 'ERR_BAD_FILE')
  t.is(await codeOf(Network.load(join(here, 'none'))), 'ERR_IO')
  t.is(await codeOf(net.save(join(here, 'none', 'x'))), 'ERR_IO')
})

test('configurations are checked before anything is made', (t) => {
  const wrong: [Partial<Record<keyof NetworkConfig, unknown>>, string, RegExp][] = [
    [{ inputs: 0 }, 'ERR_INVALID_ARGUMENT', /inputs must be an integer/],
    [{ layers: [] }, 'ERR_INVALID_ARGUMENT', /at least one layer/],
    [{ layers: [{ units: 2, activation: 'swish' }] }, 'ERR_INVALID_ARGUMENT', /layers\[0\].activation/],
    [{ layers: [{ units: 2, dropout: 1 }] }, 'ERR_INVALID_ARGUMENT', /layers\[0\].dropout/],
    [{ layers: [{ units: 2, kernelInitializer: 'henormal_x' }] }, 'ERR_UNKNOWN_INITIALIZER', /henormal/],
    [{ layers: [dense(2, { name: 'a' }), dense(2, { name: 'a' })] }, 'ERR_INVALID_ARGUMENT', /"a" twice/],
    [{ layers: [{ units: 2, unit: 3 }] }, 'ERR_INVALID_ARGUMENT', /unknown option "unit"/],
    [{ loss: 'mse' }, 'ERR_INVALID_ARGUMENT', /loss must be 'softmaxCrossEntropy' or/],
    [{ seed: -1 }, 'ERR_INVALID_SEED', /seed/],
    [{ labelSmoothing: 1 }, 'ERR_INVALID_ARGUMENT', /labelSmoothing/],
    [{ engine: 'gpu' }, 'ERR_INVALID_ARGUMENT', /engine must be/],
  ]
  for (const [part, code, message] of wrong) {
    const error = t.throws(() => new Network({ ...config, ...part } as NetworkConfig))
    t.is((error as { code?: string }).code, code)
    t.regex(String(error?.message), message)
  }
})

test('data are checked before training: places of NaN, lengths, labels', async (t) => {
  const net = new Network(config)
  const before = bits(net)
  const holed = x.slice()
  holed[41] = Number.NaN
  const wrong: [() => Promise<unknown>, string, RegExp][] = [
    [() => net.fit(holed, y), 'ERR_INVALID_ARGUMENT', /x must be finite, got NaN in row 20, column 1/],
    [() => net.predict(holed), 'ERR_INVALID_ARGUMENT', /row 20, column 1/],
    [() => net.fit(x.subarray(1), y), 'ERR_LENGTH_MISMATCH', /multiple of the network's 2 inputs, got 399/],
    [
      () => net.fit(x, y.subarray(1)),
      'ERR_LENGTH_MISMATCH',
      /200 rows of 2, or one integer label a row, got 199/,
    ],
    [() => net.fit({ data: x, shape: [100, 3] }, y), 'ERR_LENGTH_MISMATCH', /shape \[100, 3\]/],
    [
      () =>
        net.fit(
          x,
          Int32Array.from(y, (label) => label + 1),
        ),
      'ERR_INVALID_ARGUMENT',
      /must be a label in \[0, 2\), got 2/,
    ],
    [() => net.fit(new Float32Array(0), new Uint8Array(0)), 'ERR_INVALID_ARGUMENT', /at least one row/],
    [
      () => net.fit(x, y, { optimizer: { kind: 'sgd' } as never }),
      'ERR_INVALID_ARGUMENT',
      /optimizer must be made by/,
    ],
    [() => net.fit(x, y, { validationSplit: 1 }), 'ERR_INVALID_ARGUMENT', /validationSplit/],
    [
      () => net.fit(x, y, { validationSplit: 0.5, validationData: [x, y] }),
      'ERR_INVALID_ARGUMENT',
      /exclude each other/,
    ],
    [
      () => net.fit(x, y, { sampleWeight: new Float32Array(3) }),
      'ERR_LENGTH_MISMATCH',
      /one weight a row, 200, got 3/,
    ],
    [() => net.fit(x, y, { classWeight: { 1: -1 } }), 'ERR_INVALID_ARGUMENT', /classWeight\[1\]/],
    [() => net.fit(x, y, { batchsize: 3 } as never), 'ERR_INVALID_ARGUMENT', /unknown option "batchsize"/],
    [() => net.fit([1, 2] as never, y), 'ERR_INVALID_ARGUMENT', /x must be a Float32Array/],
  ]
  for (const [call, code, message] of wrong) {
    const error = await t.throwsAsync(call())
    t.is((error as { code?: string }).code, code, String(error?.message))
    t.regex(String(error?.message), message)
  }
  t.deepEqual(bits(net), before)
})

test('weights of 0 take rows out of the gradient', async (t) => {
  const weighted = new Network(config)
  const without = new Network(config)
  const half = { ...fit, epochs: 2, batchSize: 100, shuffle: false, optimizer: sgd({ learningRate: 0.1 }) }
  await weighted.fit(x, y, {
    ...half,
    batchSize: 200,
    sampleWeight: Float32Array.from(y, (_, i) => (i < 100 ? 2 : 0)),
  })
  await without.fit(x.subarray(0, 200), y.subarray(0, 100), half)
  const [a, b] = [weighted, without].map((net) => net.weights.get('dense_1/kernel') as Float32Array) as [
    Float32Array,
    Float32Array,
  ]
  t.true(a.every((value, i) => Math.abs(value - (b[i] as number)) < 1e-5))
  const byClass = new Network(config)
  const byRow = new Network(config)
  await byClass.fit(x, y, { ...half, classWeight: { 1: 3 } })
  await byRow.fit(x, y, { ...half, sampleWeight: Float32Array.from(y, (label) => (label === 1 ? 3 : 1)) })
  t.deepEqual(bits(byClass), bits(byRow))
})

for (const engine of ['js', 'auto'] as const) {
  test(`${engine}: softmax over one output knows one class`, async (t) => {
    const network = new Network({ inputs: 1, layers: [dense(1)], loss: 'softmaxCrossEntropy', engine })
    const before = network.weights
    const x = Float32Array.of(1, 2)
    await t.throwsAsync(network.fit(x, Int32Array.of(0, 1)), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /y\[1\] must be a label in \[0, 1\), got 1/,
    })
    t.deepEqual(network.weights, before)
    await t.notThrowsAsync(network.fit(x, Int32Array.of(0, 0)))
  })
}
