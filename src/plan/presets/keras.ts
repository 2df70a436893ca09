import {
  choice,
  denseLayout,
  leafOf,
  look,
  neighbour,
  ONES,
  ownerOf,
  type Preset,
  type Shapes,
  type Table,
  type TensorOutline,
  ZEROS,
} from './outline.js'

/** By the name of the weight: Keras 3's layers' defaults. */
const DEFAULTS: Table = [
  [/^(\w+wise_)?kernel$|^position_/, choice('GlorotUniform')],
  [/^recurrent_kernel$/, choice('Orthogonal')],
  [/^(reverse_)?embeddings$/, choice('RandomUniform')],
  [/^lora_\w+_a$/, choice('HeUniform')],
  [/^vector_u$/, choice('TruncatedNormal', { stddev: 0.02 })],
  [/^(bias|beta|alpha|(moving_)?mean|lora_\w+_b)$/, ZEROS],
  [/^(gamma|scale|concat_score_weight|(moving_)?variance)$/, ONES],
]

/**
 * What Keras's layers draw by default: kernels glorot_uniform (EinsumDense's and attention's by the axes that are
 * contracted), recurrent kernels orthogonal, embeddings U(-0.05, 0.05), norms one and zero, biases zero but for one in an
 * LSTM's forget gate.
 */
export const keras: Preset = (shapes) => (tensor) => {
  const { name, kind } = tensor
  const leaf = leafOf(name)
  const scores = leaf === 'scale' && /additive/i.test(kind ?? ownerOf(name))
  const found = look(DEFAULTS, scores ? 'kernel' : leaf)
  if (!found) return undefined
  if (leaf === 'bias' && isForgetful(name, shapes)) return { init: 'lstm_bias' }
  return { ...found, layout: isEinsum(tensor, shapes) ? denseLayout(tensor, shapes) : 'keras' }
}

/** Whether a tensor is the kernel of an EinsumDense over several axes, by its class, its name or its bias. */
function isEinsum({ name, shape, kind }: TensorOutline, shapes: Shapes): boolean {
  if (shape.length < 3 || leafOf(name) !== 'kernel') return false
  const wide = kind === undefined && (shapes.get(neighbour(name, 'bias'))?.length ?? 0) > 1
  return wide || /einsum|^(query|key|value|attention_output)$/i.test(kind ?? ownerOf(name))
}

/** Whether a tensor is the bias of a cell whose recurrent kernel packs four gates. */
function isForgetful(name: string, shapes: Shapes): boolean {
  const [units, packed] = shapes.get(neighbour(name, 'recurrent_kernel'))?.slice(-2) ?? [1]
  return packed === 4 * (units as number)
}
