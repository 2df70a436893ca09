import {
  choice,
  denseLayout,
  leafOf,
  look,
  normal,
  ONES,
  ownerOf,
  type Preset,
  type PresetChoice,
  type Shapes,
  type Table,
  type TensorOutline,
  ZEROS,
} from './outline.js'

/** By the name of the weight: the defaults of the layers of flax.linen and flax.nnx. */
const DEFAULTS: Table = [
  [/^(bias|mean|lora_b)$/, ZEROS],
  [/^(scale|var)$/, ONES],
  [/^negative_slope$/, choice('Constant', { value: 0.01 })],
  [/^lora_a$/, choice('HeUniform', {}, 'keras')],
]

/**
 * What Flax's layers draw by default: kernels lecun_normal (attention's and DenseGeneral's by the features that are
 * contracted), embeddings N(0, 1 / sqrt(features)), recurrent kernels orthogonal, norms one and zero, biases zero but for
 * one in an MGU's forget gate.
 */
export const flax: Preset = (shapes) => (tensor) => {
  const { name, shape } = tensor
  const leaf = leafOf(name)
  if (leaf === 'kernel') return kernel(tensor, shapes)
  // variance_scaling(1, 'fan_in', 'normal', out_axis=0) of (vocabulary, features).
  if (leaf === 'embedding') return normal(1 / Math.sqrt(shape.at(-1) || 1))
  return look(DEFAULTS, leaf === 'bias' && ownerOf(name) === 'if' ? 'scale' : leaf)
}

function kernel(tensor: TensorOutline, shapes: Shapes): PresetChoice {
  const { name, shape, kind = '' } = tensor
  const owner = ownerOf(name)
  // An 'h' of its own may be anything: a SimpleCell has an 'i' beside it.
  const recurs =
    owner === 'h' ? shapes.has(name.replace(/h(.kernel)$/, 'i$1')) : /^(h[ifgorzn]|dense_h)$/.test(owner)
  const general = shape.length > 2 && !/conv|einsum/i.test(kind || owner)
  return choice(recurs ? 'Orthogonal' : 'LecunNormal', {}, general ? denseLayout(tensor, shapes) : 'keras')
}
