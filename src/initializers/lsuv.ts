import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../async/watch.js'
import { abortError, rangeError, typeError, wrongType } from '../errors.js'
import { arrayKind } from '../realm.js'
import { integer, positive, readArray, readOptions } from '../validate.js'

export interface LsuvOptions extends AsyncOptions {
  /** Standard deviation that outputs shall have. Default: 1. */
  stddev?: number | undefined
  /** How near to it is near enough. Default: 0.1. */
  tolerance?: number | undefined
  /** Tries a layer. Default: 10. */
  attempts?: number | undefined
}

/** A layer of a network of the caller's: its weights, which are scaled in place, and how to run it. */
export interface LsuvLayer {
  readonly weights: Float32Array
  /** Outputs of this layer on a batch of data, before the activation, with the weights as they are. */
  readonly outputs: () => Float32Array | Promise<Float32Array>
}

/**
 * Layer-sequential unit variance (Mishkin and Matas 2016): layer by layer, weights (orthogonal ones, say) are divided by the
 * standard deviation of the layer's outputs until that is `stddev`.
 *
 * Progress counts layers.
 *
 * @param layers - in the order in which data goes through them
 * @returns the standard deviation that each layer's outputs have in the end
 * @throws `ERR_INVALID_ARGUMENT`, also where outputs do not vary; `ERR_ABORTED`
 */
export async function lsuv(layers: readonly LsuvLayer[], options?: LsuvOptions): Promise<number[]> {
  const record = readOptions(options, ['stddev', 'tolerance', 'attempts', ...ASYNC_OPTIONS])
  const { stddev = 1, tolerance = 0.1, attempts = 10 } = record
  const [wanted, near] = [positive(stddev, 'stddev'), positive(tolerance, 'tolerance')]
  const tries = integer(attempts, 'attempts', 1)
  const checked = readArray(layers, 'layers', 'ERR_INVALID_ARGUMENT', 2 ** 20).map(layerOf)
  const { control, finish } = watch(record, checked.length, 'layers')
  const found: number[] = []
  for (const [index, { weights, outputs }] of checked.entries()) {
    let reached = NaN
    for (let attempt = 0; attempt <= tries; attempt++) {
      if (control.signal?.aborted) throw abortError(control.signal)
      reached = stddevOf(await outputs(), index)
      if (Math.abs(reached - wanted) <= near || attempt === tries) break
      for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * (wanted / reached)
    }
    found.push(reached)
    control.onStep?.(found.length)
  }
  finish()
  return found
}

function layerOf(layer: unknown, index: number): LsuvLayer {
  const { weights, outputs } = readOptions(layer, ['weights', 'outputs'], `layers[${index}]`)
  if (arrayKind(weights) !== 'Float32Array' || typeof outputs !== 'function') {
    const allowed = 'a Float32Array of weights and a function that makes outputs'
    throw typeError('ERR_INVALID_ARGUMENT', `layers[${index}] must have ${allowed}`)
  }
  return { weights, outputs } as LsuvLayer
}

function stddevOf(values: unknown, layer: number): number {
  if (arrayKind(values) !== 'Float32Array') {
    throw wrongType(`outputs of layer ${layer}`, 'a Float32Array', values)
  }
  return deviation(values as Float32Array, layer)
}

function deviation(values: Float32Array, layer: number): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const stddev = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / values.length)
  if (stddev > 0 && stddev < Infinity) return stddev
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    `outputs of layer ${layer} must vary and be finite, got a deviation of ${stddev}`,
  )
}
