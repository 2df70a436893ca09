import { addScaled } from '../fma.js'
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
    if (layer.units === 1) multiplyColumn(layer, parameters, inputsOf(batch, l), batch.count, rows.outputs)
    else multiply(layer, parameters, inputsOf(batch, l), batch.count, rows.outputs)
    if (layer.activation !== 'linear' || layer.keepsSlope) activate(layer, rows, batch.count * layer.units)
    const mask = dropout[l]
    if (mask !== undefined) drop(mask, place, batch.count, layer.units, rows, batch.mask)
  }
}

function multiply(layer: Layer, w: Float32Array, x: Float32Array, count: number, out: Float32Array): void {
  const { units, fanIn, kernelAt, biasAt } = layer
  for (let r = 0; r < count; r++) {
    const at = r * units
    for (let j = 0; j < units; j++) out[at + j] = layer.useBias ? (w[biasAt + j] as number) : 0
    for (let i = 0; i < fanIn; i++) {
      addScaled(x[r * fanIn + i] as number, w, kernelAt + i * units, 1, out, at, units)
    }
  }
}

/** A layer of one unit: a dot product a row, in 16 partial sums. */
function multiplyColumn(
  layer: Layer,
  w: Float32Array,
  x: Float32Array,
  count: number,
  out: Float32Array,
): void {
  const a = matrix(x, count, layer.fanIn)
  const b: Matrix = matrix(w, layer.fanIn, 1, layer.kernelAt)
  const bias = layer.useBias ? w.subarray(layer.biasAt, layer.biasAt + 1) : 'zero'
  gemm(1, a, b, bias, matrix(out, count, 1), NO_SCRATCH)
}
