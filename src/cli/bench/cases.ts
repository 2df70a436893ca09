/** What is measured: each case on whatever engine is the default, and as a loop written by hand. */
import { dense, heNormal, Network, normal, orthogonal, sgd, truncatedNormal, uniform } from '../../index.js'
import { fillNormal, fillTruncated, fillUniform } from './handwritten.js'
import { HandwrittenNetwork, orthogonalMatrix } from './handwritten-linear.js'
import type { Work } from './measure.js'

/** One thing to measure. */
export interface Case {
  readonly name: string
  /** What `amount` counts. */
  readonly unit: 'values' | 'matrices' | 'steps'
  /** How many of them one run makes. */
  readonly amount: number
  /** Prepares a run of the package. */
  readonly ours: () => Work
  /** Prepares a run of the loop written by hand. */
  readonly byHand: () => Work
}

/** 4 MiB of f32: beyond the second-level cache, and small enough to repeat often. */
const LENGTH = 1 << 20

function sampler(name: string, ours: (out: Float32Array) => void, byHand: (out: Float32Array) => void): Case {
  const prepare = (fill: (out: Float32Array) => void) => () => {
    const out = new Float32Array(LENGTH)
    return () => fill(out)
  }
  return { name, unit: 'values', amount: LENGTH, ours: prepare(ours), byHand: prepare(byHand) }
}

const SIDE = 4096

const wholeTensor: Case = {
  name: `heNormal ${SIDE} x ${SIDE}`,
  unit: 'values',
  amount: SIDE * SIDE,
  ours: () => {
    const out = new Float32Array(SIDE * SIDE)
    const initializer = heNormal({ seed: 7 })
    return () => void initializer.fill(out, [SIDE, SIDE])
  },
  byHand: () => {
    const out = new Float32Array(SIDE * SIDE)
    return () => fillTruncated(out, Math.sqrt(2 / SIDE) / 0.879_625_661_034_239_78)
  },
}

/** An n x n orthogonal matrix. */
export function orthogonalCase(n: number): Case {
  return {
    name: `orthogonal ${n} x ${n}`,
    unit: 'matrices',
    amount: 1,
    ours: () => {
      const out = new Float32Array(n * n)
      const initializer = orthogonal({ seed: 7 })
      return () => void initializer.fill(out, [n, n])
    },
    byHand: () => () => void Float32Array.from(orthogonalMatrix(n)),
  }
}

const SIZES = [784, 256, 128, 10] as const
const BATCH = 32
const STEPS = 20

function trainingData(): { x: Float32Array; y: Int32Array } {
  const rows = BATCH * STEPS
  return {
    x: uniform(rows * SIZES[0], { seed: 1 }),
    y: Int32Array.from({ length: rows }, (_, row) => row % SIZES[3]),
  }
}

const training: Case = {
  name: `step of ${SIZES.join('-')}, batch ${BATCH}`,
  unit: 'steps',
  amount: STEPS,
  ours: () => {
    const { x, y } = trainingData()
    const layers = [
      dense(SIZES[1], { activation: 'relu' }),
      dense(SIZES[2], { activation: 'relu' }),
      dense(SIZES[3]),
    ]
    const net = new Network({ inputs: SIZES[0], layers, loss: 'softmaxCrossEntropy', seed: 7 })
    const optimizer = sgd({ learningRate: 0.01 })
    return async () => void (await net.fit(x, y, { epochs: 1, batchSize: BATCH, optimizer }))
  },
  byHand: () => {
    const { x, y } = trainingData()
    const net = new HandwrittenNetwork(SIZES, BATCH)
    return () => {
      for (let step = 0, row = 0; step < STEPS; step++, row += BATCH) {
        net.step(x.subarray(row * SIZES[0], (row + BATCH) * SIZES[0]), y.subarray(row, row + BATCH), 0.01)
      }
    }
  },
}

/** Every case, in the order of the report. */
export const CASES: readonly Case[] = [
  sampler(
    'uniform',
    (out) => uniform(out, { seed: 7 }),
    (out) => fillUniform(out),
  ),
  sampler(
    'normal',
    (out) => normal(out, { seed: 7 }),
    (out) => fillNormal(out),
  ),
  sampler(
    'truncatedNormal',
    (out) => truncatedNormal(out, { seed: 7, lower: -2, upper: 2, bounds: 'sigma' }),
    (out) => fillTruncated(out),
  ),
  wholeTensor,
  orthogonalCase(64),
  orthogonalCase(256),
  training,
]
