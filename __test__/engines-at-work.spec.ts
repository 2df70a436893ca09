/** `engine` as an option of each piece of training: another one takes up where the one before has stopped. */
import test from 'ava'
import {
  adam,
  dense,
  Generator,
  LinearModel,
  Network,
  restarts,
  systemInfo,
  type NetworkConfig,
} from 'symbreak'
import type { Engine } from '../src/engine/engine.js'
import { jsEngine } from '../src/engine/js/index.js'
import { provideNative } from '../src/engine/select.js'
import { readNetwork } from '../src/network/config.js'
import { readData } from '../src/network/data.js'
import { initialValues, parametersOf } from '../src/network/parameters.js'
import { Session } from '../src/network/session.js'

const run = systemInfo().nativeError === undefined ? test : test.skip
const x = new Generator(3).normal(60 * 4)
const y = Int32Array.from({ length: 60 }, (_, i) => i % 3)
const config: NetworkConfig = {
  inputs: 4,
  layers: [dense(8, { activation: 'tanh' }), dense(3)],
  loss: 'softmaxCrossEntropy',
  seed: 5,
}
const weightsOf = (network: Network) => Object.fromEntries(network.weights)
const optimizer = adam({ learningRate: 0.05 })

run('a fit goes on, with the optimizer’s state, on another engine', async (t) => {
  const whole = new Network(config)
  await whole.fit(x, y, { epochs: 6, batchSize: 7, optimizer })
  const parts = new Network(config)
  for (const [i, engine] of (['native', 'js', 'js', 'native', 'auto', 'js'] as const).entries()) {
    await parts.fit(x, y, { initialEpoch: i, epochs: i + 1, batchSize: 7, optimizer, engine })
    // On an engine that does not train, and is none the wiser for it.
    const other = engine === 'js' ? 'native' : 'js'
    t.deepEqual(await parts.evaluate(x, y, { engine: other }), await parts.evaluate(x, y))
    t.deepEqual(await parts.predict(x, { engine: other }), await parts.predict(x, { engine }))
  }
  t.deepEqual(weightsOf(parts), weightsOf(whole))
})

run('passes of a model go on on another engine', async (t) => {
  const models = [undefined, 'js', 'native'].map(
    () => new LinearModel({ inputs: 4, kind: 'softmax', outputs: 3, seed: 1 }),
  )
  for (let pass = 0; pass < 4; pass++) {
    const engines = ['native', 'js', (['js', 'native'] as const)[pass % 2]] as const
    for (const [i, model] of models.entries())
      await model.partialFit(x, y, { optimizer, batchSize: 9, engine: engines[i] })
  }
  const [first, ...others] = models.map(({ network }) => weightsOf(network))
  for (const other of others) t.deepEqual(other, first)
})

run('a fit that runs is not disturbed by what another engine measures', async (t) => {
  const [alone, watched] = [new Network(config), new Network(config)]
  const options = { epochs: 40, batchSize: 3, optimizer } as const
  await alone.fit(x, y, options)
  const training = watched.fit(x, y, options)
  for (let i = 0; i < 5; i++) await watched.evaluate(x, y, { engine: 'js' })
  await training
  t.deepEqual(weightsOf(watched), weightsOf(alone))
})

run('rows are those of the call, whichever engine reads them', async (t) => {
  const network = new Network(config)
  await network.fit(x, y, { engine: 'js' })
  for (const engine of [undefined, 'js', 'native'] as const) {
    const given = x.slice()
    const measured = network.evaluate(given, y, { engine })
    const predicted = network.predict(given, { engine })
    given.fill(0)
    t.deepEqual(await measured, await network.evaluate(x, y))
    t.deepEqual(await predicted, await network.predict(x))
  }
})

run('rows are those of the call, also where a fit on another engine has just begun', async (t) => {
  const network = new Network(config)
  const given = x.slice()
  const trained = network.fit(x, y, { engine: 'js' })
  const measured = network.evaluate(given, y)
  given.fill(0)
  await trained
  // Its turn comes before the first batch.
  t.deepEqual(await measured, await new Network(config).evaluate(x, y))
})

test('what another engine measures needs no trainer of the engine at work', async (t) => {
  let made = 0
  const counted: Engine = {
    ...jsEngine,
    trainer(spec) {
      made++
      return jsEngine.trainer(spec)
    },
  }
  provideNative({ load: () => counted })
  const spec = readNetwork({ ...config, engine: 'native' })
  const session = new Session(spec, initialValues(spec, parametersOf(spec)))
  const rows = readData(spec, x, y)
  const elsewhere = await session.evaluate(rows, 1, 'js')
  await session.predict(x, 60, 1, 'js')
  t.is(made, 0)
  t.deepEqual(await session.evaluate(rows, 1, undefined), elsewhere)
  t.is(made, 1)
})

run('restarts are the same on every engine', async (t) => {
  const { seed: _, ...rest } = config
  const reports = []
  for (const engine of ['native', 'js'] as const)
    reports.push(await restarts(rest, { x, y }, { seeds: 3, fit: { epochs: 2, optimizer, engine } }))
  t.deepEqual(reports[0], reports[1])
})

test('an engine that is none is refused', async (t) => {
  const network = new Network(config)
  const options = { engine: 'gpu' as never }
  for (const call of [
    network.fit(x, y, options),
    network.evaluate(x, y, options),
    network.predict(x, options),
  ])
    await t.throwsAsync(call, { code: 'ERR_INVALID_ARGUMENT', message: /engine must be/ })
})
