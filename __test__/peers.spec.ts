/** Accuracy on the files in data/ within a standard error of scikit-learn's: `peers/make.py` wrote its figures. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { adam, cosineDecay, dense, LinearModel, Network, r2, restarts, sgd } from 'symbreak'

interface Peer {
  readonly hidden: number
  readonly testRows: number
  /** Accuracy of LogisticRegression, R^2 of LinearRegression. */
  readonly linear: number
  /** Mean of MLPClassifier or MLPRegressor over seeds. */
  readonly mlp: number
  readonly standardError?: number
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const peers = (JSON.parse(read('peers/sklearn.json')) as { data: Record<string, Peer> }).data

/** Rows split as the script does it, standardized by the training rows. */
function load(name: string) {
  const rows = read(`data/${name}.csv`)
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
  const inputs = (rows[0] as number[]).length - 1
  const isTest = (row: number) => row % 5 === 4
  const part = (wanted: boolean) => rows.filter((_, row) => isTest(row) === wanted)
  const [train, held] = [part(false), part(true)]
  const scaled = (column: number, subset: number[][]) => {
    const values = train.map((row) => row[column] as number)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
    return subset.map((row) => ((row[column] as number) - mean) / (deviation || 1))
  }
  const features = (subset: number[][]) => {
    const columns = Array.from({ length: inputs }, (_, column) => scaled(column, subset))
    return Float32Array.from({ length: subset.length * inputs }, (_, i) =>
      Number(columns[i % inputs]?.[Math.floor(i / inputs)]),
    )
  }
  const labels = (subset: number[][]) => Int32Array.from(subset, (row) => row[inputs] as number)
  return {
    inputs,
    data: { x: features(train), y: labels(train), xTest: features(held), yTest: labels(held) },
    targets: { y: Float32Array.from(scaled(inputs, train)), yTest: Float32Array.from(scaled(inputs, held)) },
  }
}

for (const [name, peer] of Object.entries(peers).filter(([name]) => name !== 'diabetes')) {
  const { inputs, data } = load(name)
  const classes = Math.max(...data.y) + 1
  const within = (accuracy: number, reference: number) =>
    accuracy >= reference - Math.sqrt((reference * (1 - reference)) / peer.testRows)

  // Its default penalty, w^2 / 2 against the sum of losses, is 1 / 2n of the mean.
  test(`${name}: a linear model is as good as LogisticRegression`, async (t) => {
    t.is(data.yTest.length, peer.testRows)
    const kind =
      classes === 2 ? ({ kind: 'logistic' } as const) : ({ kind: 'softmax', outputs: classes } as const)
    const model = new LinearModel({ inputs, ...kind, l2: 1 / (2 * data.y.length), seed: 1 })
    const schedule = cosineDecay({ steps: 300, unit: 'epoch' })
    const optimizer = sgd({ learningRate: 0.2, momentum: 0.9, schedule })
    await model.fit(data.x, data.y, { epochs: 300, optimizer })
    const { accuracy } = await model.evaluate(data.xTest, data.yTest)
    t.true(within(accuracy as number, peer.linear), `${accuracy}, scikit-learn ${peer.linear}`)
  })

  test(`${name}: a network is as good as MLPClassifier`, async (t) => {
    const layers = [dense(peer.hidden, { activation: 'relu' }), dense(classes)]
    const fit = { epochs: 60, batchSize: 32, optimizer: adam({ learningRate: 0.01 }) }
    const config = { inputs, layers, loss: 'softmaxCrossEntropy' } as const
    const { summary } = await restarts(config, data, { seeds: 10, fit })
    const mean = summary['accuracy']?.mean as number
    t.true(within(mean, peer.mlp), `${mean}, scikit-learn ${peer.mlp}`)
  })
}

test('diabetes: ridge and a network explain as much as LinearRegression and MLPRegressor', async (t) => {
  const { inputs, data, targets } = load('diabetes')
  const { linear, mlp, standardError = 0 } = peers['diabetes'] as Peer
  const ridge = new LinearModel({ inputs, kind: 'ridge', seed: 1 })
  await ridge.fit(data.x, targets.y, { epochs: 200, optimizer: sgd({ learningRate: 0.005 }) })
  const score = r2((await ridge.predict(data.xTest)) as Float32Array, targets.yTest)
  t.true(Math.abs(score - linear) < standardError, `${score}, scikit-learn ${linear}`)
  const scores = []
  for (let seed = 0; seed < 5; seed++) {
    const layers = [dense(16, { activation: 'relu' }), dense(1)]
    const net = new Network({ inputs, layers, loss: 'meanSquaredError', seed })
    await net.fit(data.x, targets.y, { epochs: 60, optimizer: adam() })
    scores.push(r2(await net.predict(data.xTest), targets.yTest))
  }
  const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length
  t.true(mean > mlp - standardError, `${mean}, scikit-learn ${mlp}`)
})
