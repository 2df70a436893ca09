import { addScaled } from '../fma.js'
import { gemm, matrix, rowsFrom, transpose, type Matrix } from '../gemm.js'
import { addProduct } from '../product.js'
import { throughActivation } from './activation.js'
import type { Layer, Plan } from './network.js'
import { rowsAtOnce } from './pieces.js'
import { inputsOf, type Batch, type LayerRows } from './rows.js'

const NO_SCRATCH = new Float32Array(0)

/**
 * Carries the derivatives of the loss by the network's outputs, which stand in the last layer's deltas, down to the
 * first layer that is trained, some rows between two pauses.
 */
export function* backward(plan: Plan, parameters: Float32Array, batch: Batch): Generator<void, void> {
  for (let l = plan.layers.length - 1; l >= plan.firstTrainable; l--) {
    const layer = plan.layers[l] as Layer
    const rows = batch.layers[l] as LayerRows
    throughActivation(layer, rows, batch.count * layer.units)
    if (l > plan.firstTrainable) {
      const below = (batch.layers[l - 1] as LayerRows).deltas
      yield* multiply(layer, parameters, rows.deltas, batch, below)
    }
  }
}

/** The deltas times the transposed kernel: below a layer of one unit a dot product a row, in 16 partial sums. */
function* multiply(
  layer: Layer,
  w: Float32Array,
  deltas: Float32Array,
  batch: Batch,
  below: Float32Array,
): Generator<void, void> {
  const { units, fanIn, kernelAt } = layer
  const { count, kernel } = batch
  const flipped = transpose(matrix(w, fanIn, units, kernelAt))
  const b = fanIn === 1 ? flipped : laidOut(flipped, kernel)
  const [a, c] = [matrix(deltas, count, units), matrix(below, count, fanIn)]
  const step = rowsAtOnce(fanIn * units)
  for (let first = 0; first < count; first += step) {
    if (first > 0) yield
    gemm(1, rowsFrom(a, first, step), b, 'zero', rowsFrom(c, first, step), NO_SCRATCH)
  }
}

/** The same matrix in C order, in the memory given. */
function laidOut(a: Matrix, data: Float32Array): Matrix {
  for (let j = 0; j < a.columns; j++) {
    const column = a.offset + j * a.columnStride
    for (let i = 0; i < a.rows; i++) data[i * a.columns + j] = a.data[column + i * a.rowStride] as number
  }
  return matrix(data, a.rows, a.columns)
}

/**
 * Adds the batch's inputs times deltas to `target`, which is laid out as the parameters: rows of the batch in ascending
 * order, each element one chain of fused multiply-adds; for the bias plain sums. Some inputs between two pauses.
 */
export function* accumulate(
  layer: Layer,
  batch: Batch,
  l: number,
  target: Float32Array,
): Generator<void, void> {
  const { units, fanIn, kernelAt, biasAt } = layer
  const x = inputsOf(batch, l)
  const { deltas } = batch.layers[l] as LayerRows
  if (units === 1) {
    for (let r = 0; r < batch.count; r++)
      addScaled(deltas[r] as number, x, r * fanIn, 1, target, kernelAt, fanIn)
  } else {
    const inputs = transpose(matrix(x, batch.count, fanIn))
    const [b, c] = [matrix(deltas, batch.count, units), matrix(target, fanIn, units, kernelAt)]
    const step = rowsAtOnce(batch.count * units)
    for (let first = 0; first < fanIn; first += step) {
      if (first > 0) yield
      addProduct(rowsFrom(inputs, first, step), b, rowsFrom(c, first, step))
    }
  }
  if (!layer.useBias) return
  for (let r = 0; r < batch.count; r++) {
    for (let j = 0; j < units; j++) {
      target[biasAt + j] = (target[biasAt + j] as number) + (deltas[r * units + j] as number)
    }
  }
}
