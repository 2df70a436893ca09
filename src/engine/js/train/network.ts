import type { LayerSpec, OptimizerSpec, TrainerSpec } from '../../trainer.js'

/** A layer and where its parameters stand in the flat vector: kernel [fanIn, units], then the bias. */
export interface Layer extends LayerSpec {
  readonly fanIn: number
  readonly kernelAt: number
  readonly biasAt: number
  /** Where the layer's parameters end. */
  readonly end: number
  /** Whether derivatives are kept from the forward pass; a rectifier's are read off its outputs. */
  readonly keepsSlope: boolean
}

/** A network as the training loop reads it. */
export interface Plan extends TrainerSpec {
  readonly layers: readonly Layer[]
  readonly outputs: number
  readonly parameterCount: number
  /** The first layer that is trained: deltas are not carried below it. */
  readonly firstTrainable: number
  readonly regularized: boolean
}

export function planOf(spec: TrainerSpec): Plan {
  const layers: Layer[] = []
  let at = 0
  let fanIn = spec.inputs
  for (const layer of spec.layers) {
    const biasAt = at + fanIn * layer.units
    const end = biasAt + (layer.useBias ? layer.units : 0)
    const keepsSlope = layer.dropout > 0 || !(layer.activation === 'linear' || layer.activation === 'relu')
    layers.push({ ...layer, fanIn, kernelAt: at, biasAt, end, keepsSlope })
    at = end
    fanIn = layer.units
  }
  const first = layers.findIndex((layer) => layer.trainable)
  const regularized = layers.some((layer) => layer.l1 > 0 || layer.l2 > 0)
  const firstTrainable = first < 0 ? layers.length : first
  return { ...spec, layers, outputs: fanIn, parameterCount: at, firstTrainable, regularized }
}

/** Arrays as long as the parameters that a rule remembers. */
export function slotsOf(optimizer: OptimizerSpec): number {
  const momentum = optimizer.momentum === 0 ? 0 : 1
  if (optimizer.kind === 'sgd') return momentum
  return optimizer.kind === 'rmsprop' ? 1 + momentum : 2
}

/** Gradient descent and nothing else: the update is the weight gradient's own product. */
export function isPlain(plan: Plan, optimizer: OptimizerSpec): boolean {
  const { kind, momentum, weightDecay, clipNorm, clipValue, accumulate } = optimizer
  const bare = weightDecay === 0 && clipNorm === 0 && clipValue === 0 && accumulate === 1
  return kind === 'sgd' && momentum === 0 && bare && !plan.regularized
}
