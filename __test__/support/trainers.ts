import { jsEngine } from '../../src/engine/js/index.js'
import { nativeProvider } from '../../src/engine/native/index.js'
import type { Engine } from '../../src/engine/engine.js'
import type {
  ActivationName,
  LayerSpec,
  OptimizerSpec,
  RunSpec,
  TrainerData,
  TrainerRows,
  TrainerSpec,
} from '../../src/engine/trainer.js'

/** Both engines; the native one only where its addon was built. */
export function engines(): Engine[] {
  try {
    return [jsEngine, nativeProvider.load()]
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_NATIVE_UNAVAILABLE') return [jsEngine]
    throw error
  }
}

export function layer(units: number, activation: ActivationName, more: Partial<LayerSpec> = {}): LayerSpec {
  const bare = { useBias: true, l1: 0, l2: 0, dropout: 0, trainable: true }
  return {
    units,
    activation,
    slope: activation === 'elu' ? 1 : 0.01,
    name: `dense_${units}`,
    ...bare,
    ...more,
  }
}

export function network(inputs: number, layers: LayerSpec[], more: Partial<TrainerSpec> = {}): TrainerSpec {
  return { seed: 7n, inputs, layers, loss: 'softmaxCrossEntropy', labelSmoothing: 0, huberDelta: 1, ...more }
}

/** Rows in an engine's memory, for networks of this kind. */
export function rowsFor(
  engine: Engine,
  { inputs, layers, loss }: TrainerSpec,
  data: TrainerData,
): TrainerRows {
  return engine.rows({ inputs, units: (layers.at(-1) as LayerSpec).units, loss }, data)
}

/** How rows that are bound as a whole are trained on. */
export function runOf(rule: OptimizerSpec, batchSize: number, more: Partial<RunSpec> = {}): RunSpec {
  return { optimizer: rule, batchSize, shuffle: false, threads: 1, window: { number: 0, first: 0 }, ...more }
}

/** An optimizer with the package's defaults. */
export function optimizer(more: Partial<OptimizerSpec> = {}): OptimizerSpec {
  return {
    kind: 'sgd',
    momentum: 0,
    dampening: 0,
    nesterov: false,
    weightDecay: 0,
    decoupled: false,
    beta1: 0.9,
    beta2: 0.999,
    alpha: 0.99,
    epsilon: 1e-8,
    clipNorm: 0,
    clipValue: 0,
    accumulate: 1,
    ...more,
  }
}

/** Numbers that look random, uniform in [-1, 1). */
export function noise(length: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >> 8) / 2 ** 23
  })
}
