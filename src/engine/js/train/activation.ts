import type { ActivationName } from '../../trainer.js'
import * as functions from './functions.js'
import type { Layer } from './network.js'
import type { LayerRows } from './rows.js'

const ACTIVATIONS: Record<ActivationName, (z: number, slope: number) => number> = {
  linear: functions.linear,
  relu: functions.relu,
  leakyRelu: functions.leakyRelu,
  elu: functions.elu,
  gelu: functions.gelu,
  silu: functions.silu,
  tanh: functions.tanh,
  sigmoid: functions.sigmoid,
  softplus: functions.softplus,
}

/**
 * Replaces outputs z by activation(z), from place `first` up to `end`, with the derivatives in `slopes` where they are
 * kept.
 */
export function activate(layer: Layer, rows: LayerRows, first: number, end: number): void {
  const { outputs, slopes } = rows
  const apply = ACTIVATIONS[layer.activation]
  const parameter = Math.fround(layer.slope)
  for (let i = first; i < end; i++) {
    outputs[i] = apply(outputs[i] as number, parameter)
    if (layer.keepsSlope) slopes[i] = functions.lastSlope()
  }
}

/** Multiplies the first `length` deltas by the derivative of the activation. */
export function throughActivation(layer: Layer, rows: LayerRows, length: number): void {
  const { outputs, slopes, deltas } = rows
  if (layer.keepsSlope) {
    for (let i = 0; i < length; i++) deltas[i] = (deltas[i] as number) * (slopes[i] as number)
  } else if (layer.activation === 'relu') {
    for (let i = 0; i < length; i++) if (!((outputs[i] as number) > 0)) deltas[i] = 0
  }
}
