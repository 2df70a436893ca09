/** Networks and rows whose training is timed. */
import { dense, Network, sgd, uniform } from '../../../dist/index.js'

/** Widths of the network for images of 28 x 28 pixels, the inputs first. */
export const IMAGES = [784, 256, 128, 10] as const

export const ROWS = 12_800

/** Noise, and labels that mean nothing. */
export function noisyRows(inputs: number, classes: number): [x: Float32Array, y: Uint8Array] {
  const y = Uint8Array.from({ length: ROWS }, (_, row) => row % classes)
  return [uniform(ROWS * inputs, { seed: 1 }), y]
}

/** How a network is trained. */
export interface Recipe {
  readonly epochs: number
  readonly batchSize: number
  /** Default: as many as there are. */
  readonly threads?: number
}

/** Plain gradient descent. */
export const optimizer = sgd({ learningRate: 0.01 })

/** A relu network on `ROWS` such rows; each run is a whole `fit`. */
export function training(widths: readonly number[], recipe: Recipe): () => Promise<unknown> {
  const [inputs, ...units] = widths as [number, ...number[]]
  const last = units.length - 1
  const layers = units.map((width, i) => dense(width, { activation: i < last ? 'relu' : 'linear' }))
  const network = new Network({ inputs, layers, loss: 'softmaxCrossEntropy', seed: 7 })
  const [x, y] = noisyRows(inputs, units[last] as number)
  return () => network.fit(x, y, { ...recipe, optimizer })
}
