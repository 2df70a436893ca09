import type { Layout } from '../../initializers/layouts.js'
import {
  leafOf,
  neighbour,
  ownerOf,
  type Preset,
  type PresetChoice,
  type Shapes,
  shapesOf,
  type TensorOutline,
} from './outline.js'

/** Initializers by the name of the weight: Keras 3's layers' defaults. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['kernel', 'glorot_uniform'],
  ['depthwise_kernel', 'glorot_uniform'],
  ['pointwise_kernel', 'glorot_uniform'],
  ['recurrent_kernel', 'orthogonal'],
  ['embeddings', 'random_uniform'],
  ['position_embeddings', 'glorot_uniform'],
  ['bias', 'zeros'],
  ['gamma', 'ones'],
  ['scale', 'ones'],
  ['beta', 'zeros'],
  ['alpha', 'zeros'],
  ['moving_mean', 'zeros'],
  ['moving_variance', 'ones'],
])

/**
 * What Keras's layers draw by default: kernels glorot_uniform, recurrent kernels orthogonal, embeddings
 * U(-0.05, 0.05), norms one and zero, biases zero but for one in an LSTM's forget gate.
 */
export const keras: Preset = (tensors) => {
  const shapes = shapesOf(tensors)
  return (tensor) => {
    const leaf = leafOf(tensor.name)
    const init = DEFAULTS.get(leaf)
    if (init === undefined) return undefined
    const gate = leaf === 'bias' ? forgetGate(tensor.name, shapes) : undefined
    return gate ?? { init, layout: attentionLayout(tensor) ?? 'keras' }
  }
}

/** Kernels of MultiHeadAttention and GroupedQueryAttention: fans by the axes that are contracted. */
function attentionLayout({ name, shape, kind = 'EinsumDense' }: TensorOutline): Layout | undefined {
  return shape.length === 3 && kind === 'EinsumDense' ? ATTENTION.get(ownerOf(name)) : undefined
}

/** (features, heads, head) into attention, (heads, head, features) out of it. */
const ATTENTION: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ['query', { inAxes: [0], outAxes: [1, 2] }],
  ['key', { inAxes: [0], outAxes: [1, 2] }],
  ['value', { inAxes: [0], outAxes: [1, 2] }],
  ['attention_output', { inAxes: [0, 1], outAxes: [2] }],
])

/** The bias of a cell whose recurrent kernel packs four gates. */
function forgetGate(name: string, shapes: Shapes): PresetChoice | undefined {
  const [units, packed] = shapes.get(neighbour(name, 'recurrent_kernel')) ?? []
  const [length] = shapes.get(name) ?? []
  if (units === undefined || packed !== 4 * units || length !== packed) return undefined
  return { init: UNIT_FORGET_BIAS }
}

/** Ones in the second of four gates (i, f, c, o), as Keras's `unit_forget_bias`. */
export const UNIT_FORGET_BIAS = 'lstm_bias'
