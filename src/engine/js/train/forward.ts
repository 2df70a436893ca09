import { gemm, matrix, type Matrix, rowsFrom } from '../gemm.js'
import { activate } from './activation.js'
import { drop, type Dropout } from './dropout.js'
import type { Layer, Plan } from './network.js'
import { rowsAtOnce } from './pieces.js'
import { inputsOf, type Batch, type LayerRows } from './rows.js'

const NO_SCRATCH = new Float32Array(0)

/**
 * Carries the batch's rows through every layer, some rows between two pauses; in training `dropout` are the epoch's masks.
 */
export function* forward(
  plan: Plan,
  parameters: Float32Array,
  batch: Batch,
  dropout: readonly (Dropout | undefined)[],
  place: number,
): Generator<void, void> {
  for (let l = 0; l < plan.layers.length; l++) {
    const layer = plan.layers[l] as Layer
    const rows = batch.layers[l] as LayerRows
    const { units, fanIn } = layer
    const inputs = matrix(inputsOf(batch, l), batch.count, fanIn)
    const outputs = matrix(rows.outputs, batch.count, units)
    const step = rowsAtOnce(fanIn * units)
    for (let first = 0; first < batch.count; first += step) {
      if (first > 0) yield
      const [x, z] = [rowsFrom(inputs, first, step), rowsFrom(outputs, first, step)]
      multiply(layer, parameters, x, z)
      if (layer.activation !== 'linear' || layer.keepsSlope)
        activate(layer, rows, z.offset, z.offset + z.rows * units)
    }
    const mask = dropout[l]
    if (mask !== undefined) drop(mask, place, batch.count, layer.units, rows, batch.mask)
  }
}

/** The product of a layer: a chain an output, for a layer of one unit 16 partial sums. */
function multiply(
  { units, fanIn, kernelAt, biasAt, useBias }: Layer,
  w: Float32Array,
  x: Matrix,
  z: Matrix,
): void {
  const bias = useBias ? w.subarray(biasAt, biasAt + units) : 'zero'
  gemm(1, x, matrix(w, fanIn, units, kernelAt), bias, z, NO_SCRATCH)
}
