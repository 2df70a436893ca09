import type { Layout } from '../../initializers/layouts.js'
import { leafOf, ownerOf, type Preset, type PresetChoice, type TensorOutline } from './outline.js'
import { normal } from './torch.js'

/** Initializers by the name of the weight: the defaults of flax.linen's layers. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['bias', 'zeros'],
  ['scale', 'ones'],
  ['mean', 'zeros'],
  ['var', 'ones'],
])

/**
 * What Flax's layers draw by default: kernels lecun_normal (attention's by the features that are contracted),
 * embeddings N(0, 1 / sqrt(features)), recurrent kernels orthogonal, norms one and zero, biases zero.
 */
export const flax: Preset = () => (tensor) => {
  const leaf = leafOf(tensor.name)
  const init = DEFAULTS.get(leaf)
  if (init !== undefined) return { init }
  // variance_scaling(1, 'fan_in', 'normal', out_axis=0) of (vocabulary, features).
  if (leaf === 'embedding') return normal(1 / Math.sqrt(Math.max(1, tensor.shape.at(-1) ?? 1)))
  return leaf === 'kernel' ? kernel(tensor) : undefined
}

function kernel({ name, shape, kind }: TensorOutline): PresetChoice {
  const owner = ownerOf(name)
  if (/^h[ifgorzn]$/.test(owner)) return { init: 'orthogonal', layout: 'keras' }
  const attention = shape.length === 3 && (kind === undefined || !kind.startsWith('Conv'))
  return { init: 'lecun_normal', layout: attention ? (ATTENTION.get(owner) ?? 'keras') : 'keras' }
}

/** (features, heads, head) into attention, (heads, head, features) out of it. */
const ATTENTION: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ['query', { inAxes: [0], outAxes: [1, 2] }],
  ['key', { inAxes: [0], outAxes: [1, 2] }],
  ['value', { inAxes: [0], outAxes: [1, 2] }],
  ['out', { inAxes: [0, 1], outAxes: [2] }],
])
