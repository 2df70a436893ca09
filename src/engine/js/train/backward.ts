import { addScaled } from '../fma.js'
import { gemm, matrix, transpose } from '../gemm.js'
import { throughActivation } from './activation.js'
import type { Layer, Plan } from './network.js'
import { inputsOf, type Batch, type LayerRows } from './rows.js'

const NO_SCRATCH = new Float32Array(0)

/**
 * Carries the derivatives of the loss by the network's outputs, which stand in the last layer's deltas, down to the
 * first layer that is trained.
 */
export function backward(plan: Plan, parameters: Float32Array, batch: Batch): void {
  for (let l = plan.layers.length - 1; l >= plan.firstTrainable; l--) {
    const layer = plan.layers[l] as Layer
    const rows = batch.layers[l] as LayerRows
    throughActivation(layer, rows, batch.count * layer.units)
    if (l > plan.firstTrainable) {
      const below = (batch.layers[l - 1] as LayerRows).deltas
      if (layer.fanIn === 1) multiplyColumn(layer, parameters, rows.deltas, batch.count, below)
      else multiply(layer, parameters, rows.deltas, batch.count, below)
    }
  }
}

/** The deltas times the transposed kernel. */
function multiply(
  layer: Layer,
  w: Float32Array,
  deltas: Float32Array,
  count: number,
  below: Float32Array,
): void {
  const { units, fanIn, kernelAt } = layer
  below.fill(0, 0, count * fanIn)
  for (let r = 0; r < count; r++) {
    for (let j = 0; j < units; j++) {
      addScaled(deltas[r * units + j] as number, w, kernelAt + j, units, below, r * fanIn, fanIn)
    }
  }
}

/** Below is a layer of one unit: a dot product a row, in 16 partial sums. */
function multiplyColumn(
  layer: Layer,
  w: Float32Array,
  deltas: Float32Array,
  count: number,
  below: Float32Array,
): void {
  const a = matrix(deltas, count, layer.units)
  const b = transpose(matrix(w, 1, layer.units, layer.kernelAt))
  gemm(1, a, b, 'zero', matrix(below, count, 1), NO_SCRATCH)
}

/**
 * Adds the batch's inputs times deltas to `target`, which is laid out as the parameters: rows of the batch in ascending
 * order, each element one chain of fused multiply-adds; for the bias plain sums.
 */
export function accumulate(layer: Layer, batch: Batch, l: number, target: Float32Array): void {
  const { units, fanIn, kernelAt, biasAt } = layer
  const x = inputsOf(batch, l)
  const { deltas } = batch.layers[l] as LayerRows
  if (units === 1) {
    for (let r = 0; r < batch.count; r++)
      addScaled(deltas[r] as number, x, r * fanIn, 1, target, kernelAt, fanIn)
  } else {
    for (let i = 0; i < fanIn; i++) {
      const at = kernelAt + i * units
      for (let r = 0; r < batch.count; r++) {
        addScaled(x[r * fanIn + i] as number, deltas, r * units, 1, target, at, units)
      }
    }
  }
  if (!layer.useBias) return
  for (let r = 0; r < batch.count; r++) {
    for (let j = 0; j < units; j++) {
      target[biasAt + j] = (target[biasAt + j] as number) + (deltas[r * units + j] as number)
    }
  }
}
