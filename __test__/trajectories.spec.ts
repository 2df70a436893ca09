import { readFileSync } from 'node:fs'
import test from 'ava'
import type { ActivationName, LossName, OptimizerSpec } from '../src/engine/trainer.js'
import { engines, layer, network, optimizer, rowsFor, runOf } from './support/trainers.js'

interface Case {
  readonly activation: ActivationName
  readonly loss: string
  readonly optimizer: Partial<OptimizerSpec>
  readonly rate: number
  /** Parameters after every 50 steps. */
  readonly checkpoints: readonly (readonly number[])[]
}

interface Document {
  readonly inputs: number
  readonly hidden: number
  readonly outputs: number
  readonly rows: number
  readonly batch: number
  readonly every: number
  readonly x: readonly number[]
  readonly labels: readonly number[]
  readonly targets: readonly number[]
  readonly start: readonly number[]
  readonly cases: readonly Case[]
}

const file = new URL('trajectories/trajectories.json', import.meta.url)
const document = JSON.parse(readFileSync(file, 'utf8')) as Document

for (const engine of engines()) {
  for (const c of document.cases) {
    const rule = JSON.stringify(c.optimizer)
    test(`${engine.name} follows torch: ${c.activation}, ${c.loss}, ${rule}`, async (t) => {
      const { inputs, hidden, outputs, rows, batch, every, x, labels, targets, start } = document
      const smoothed = c.loss === 'smoothedSoftmaxCrossEntropy'
      const loss = smoothed ? 'softmaxCrossEntropy' : (c.loss as LossName)
      const layers = [layer(hidden, c.activation), layer(outputs, 'linear')]
      const spec = network(inputs, layers, { loss, labelSmoothing: smoothed ? 0.1 : 0, huberDelta: 0.5 })
      const trainer = engine.trainer(spec)
      trainer.setParameters(Float32Array.from(start))
      const classes = /CrossEntropy|hinge/.test(c.loss)
      const truth = classes ? { labels: Int32Array.from(labels) } : { targets: Float32Array.from(targets) }
      const data = { x: Float32Array.from(x), rows, ...truth }
      trainer.bind(rowsFor(engine, spec, data), runOf(optimizer(c.optimizer), batch))
      const epochs = every / (rows / batch)
      for (const [i, expected] of c.checkpoints.entries()) {
        const rates = new Float64Array(every).fill(c.rate)
        await trainer.run({ epoch: i * epochs, step: 0 }, rates, Infinity)
        const worst = expected.map(
          (w, k) => Math.abs((trainer.getParameters()[k] as number) - w) / Math.max(0.1, Math.abs(w)),
        )
        t.true(Math.max(...worst) < 1e-4, `after ${(i + 1) * every} steps: ${Math.max(...worst)}`)
      }
    })
  }
}
