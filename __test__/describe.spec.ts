import test from 'ava'
import * as symbreak from 'symbreak'
import type { Initializer } from 'symbreak'

const {
  constant,
  convOrthogonal,
  deltaOrthogonal,
  dirac,
  embedding,
  eye,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  identity,
  kaimingNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  ones,
  orthogonal,
  randomNormal,
  randomUniform,
  sparse,
  specialOrthogonal,
  torchDefault,
  truncNormal,
  truncatedNormal,
  varianceScaling,
  xavierNormal,
  xavierUniform,
  zeros,
} = symbreak

interface Case {
  name: string
  made: Initializer
  shape: number[]
  /** Independent draws behind the entries, for the standard errors: an orthogonal matrix's entries depend on each other. */
  draws?: number
}

const shape = [400, 500]
const seed = 1
const cases: Case[] = [
  { name: 'zeros', made: zeros(), shape: [3] },
  { name: 'ones', made: ones(), shape: [3] },
  { name: 'constant', made: constant({ value: -2 }), shape: [3] },
  { name: 'constant array', made: constant({ value: [1, 2, 6] }), shape: [3] },
  { name: 'identity', made: identity({ gain: -3 }), shape: [4, 6] },
  { name: 'eye', made: eye(), shape: [6, 4] },
  { name: 'dirac', made: dirac({ groups: 2, layout: 'torch' }), shape: [4, 2, 3] },
  { name: 'randomUniform', made: randomUniform({ minval: 0, maxval: 3, seed }), shape },
  { name: 'randomNormal', made: randomNormal({ mean: 2, seed }), shape },
  { name: 'randomNormal without spread', made: randomNormal({ mean: 2, stddev: 0, seed }), shape: [5] },
  { name: 'truncatedNormal', made: truncatedNormal({ mean: 1, stddev: 2, seed }), shape },
  { name: 'truncNormal, one side', made: truncNormal({ a: 0.5, b: 3, seed }), shape },
  { name: 'varianceScaling geo', made: varianceScaling({ mode: 'fan_geo_avg', seed }), shape },
  { name: 'glorotUniform', made: glorotUniform({ seed }), shape },
  { name: 'glorotNormal', made: glorotNormal({ seed }), shape },
  { name: 'heUniform', made: heUniform({ seed }), shape },
  { name: 'heNormal', made: heNormal({ seed }), shape },
  { name: 'lecunUniform', made: lecunUniform({ seed }), shape },
  { name: 'lecunNormal', made: lecunNormal({ seed }), shape },
  { name: 'xavierUniform', made: xavierUniform({ gain: 2, seed }), shape },
  { name: 'xavierNormal', made: xavierNormal({ seed }), shape },
  { name: 'kaimingUniform', made: kaimingUniform({ a: 1, seed }), shape },
  { name: 'kaimingNormal', made: kaimingNormal({ mode: 'fan_out', nonlinearity: 'tanh', seed }), shape },
  { name: 'torchDefault', made: torchDefault({ layout: 'torch', seed }), shape },
  { name: 'embedding', made: embedding({ mean: 2, paddingIdx: 1, seed }), shape: [10, 20_000] },
  { name: 'embedding without spread', made: embedding({ mean: 2, stddev: 0, paddingIdx: 0 }), shape: [4, 3] },
  { name: 'sparse', made: sparse({ sparsity: 0.3, std: 1, seed }), shape },
  { name: 'orthogonal', made: orthogonal({ gain: 2, seed }), shape: [60, 40], draws: 2400 },
  { name: 'specialOrthogonal', made: specialOrthogonal({ seed }), shape: [50, 50], draws: 2500 },
  { name: 'deltaOrthogonal', made: deltaOrthogonal({ seed }), shape: [3, 3, 20, 30], draws: 600 },
  { name: 'convOrthogonal', made: convOrthogonal({ seed }), shape: [3, 3, 20, 30], draws: 600 },
]

for (const { name, made, shape: sizes, draws } of cases) {
  test(`describe tells the law of ${name}`, (t) => {
    const { mean, stddev, min, max } = made.describe(sizes)
    const values = made.create(sizes)
    const n = draws ?? values.length
    const average = values.reduce((sum, x) => sum + x, 0) / values.length
    const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
    t.true(
      Math.abs(average - mean) <= (5 * stddev) / Math.sqrt(n) + 1e-7,
      `mean ${average}, described ${mean}`,
    )
    // A normal's sample variance has the largest standard error of these laws but the sparse ones.
    t.true(
      Math.abs(spread - stddev) <= (8 * stddev) / Math.sqrt(n) + 1e-7,
      `stddev ${spread}, described ${stddev}`,
    )
    t.true(values.every((x) => x >= Math.fround(min) && x <= Math.fround(max)))
  })
}

test('heNormal has the standard deviation asked for, not that of the uncorrected cut', (t) => {
  const values = heNormal({ seed: 2 }).create([512, 512])
  const stddev = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
  t.true(Math.abs(stddev - 0.0625) < (4 * 0.0625) / Math.sqrt(2 * values.length))
  t.true(Math.abs(heNormal().describe([512, 512]).stddev - 0.0625) < 1e-12)
})

test('kaimingUniform with a = sqrt 5 is within 1 / sqrt(fanIn), as torchDefault', (t) => {
  const bound = kaimingUniform({ a: Math.sqrt(5), layout: 'torch' }).describe([10, 64]).max
  t.true(Math.abs(bound - 1 / 8) < 1e-15)
  t.true(Math.abs(torchDefault({ layout: 'torch' }).describe([10, 64]).max - 1 / 8) < 1e-15)
  t.true(Math.abs(torchDefault({ layout: { fanIn: 64, fanOut: 10 } }).describe([10]).max - 1 / 8) < 1e-15)
})

test('fans are told where the law depends on them', (t) => {
  t.like(heNormal().describe([3, 4]), { fanIn: 3, fanOut: 4 })
  t.like(heNormal({ layout: 'torch' }).describe([3, 4]), { fanIn: 4, fanOut: 3 })
  t.like(heNormal({ layout: 'torch' }).describe([3, 4], { layout: 'keras' }), { fanIn: 3, fanOut: 4 })
  t.false('fanIn' in randomNormal().describe([3, 4]))
})
