import { gemm, matrix, type Matrix } from '../gemm.js'
import { activate } from './activation.js'
import { drop, type Dropout } from './dropout.js'
import type { Layer, Plan } from './network.js'
import { inputsOf, type Batch, type LayerRows } from './rows.js'

const NO_SCRATCH = new Float32Array(0)

/** Carries the batch's rows through every layer; in training `dropout` are the epoch's masks. */
export function forward(
  plan: Plan,
  parameters: Float32Array,
  batch: Batch,
  dropout: readonly (Dropout | undefined)[],
  place: number,
): void {
  for (let l = 0; l < plan.layers.length; l++) {
    const layer = plan.layers[l] as Layer
    const rows = batch.layers[l] as LayerRows
    multiply(layer, parameters, inputsOf(batch, l), batch.count, rows.outputs)
    if (layer.activation !== 'linear' || layer.keepsSlope) activate(layer, rows, batch.count * layer.units)
    const mask = dropout[l]
    if (mask !== undefined) drop(mask, place, batch.count, layer.units, rows, batch.mask)
  }
}

/** The product of a layer: a chain an output, for a layer of one unit 16 partial sums. */
function multiply(layer: Layer, w: Float32Array, x: Float32Array, count: number, out: Float32Array): void {
  const { units, fanIn, kernelAt, biasAt, useBias } = layer
  const a = matrix(x, count, fanIn)
  const b: Matrix = matrix(w, fanIn, units, kernelAt)
  const bias = useBias ? w.subarray(biasAt, biasAt + units) : 'zero'
  gemm(1, a, b, bias, matrix(out, count, units), NO_SCRATCH)
}
