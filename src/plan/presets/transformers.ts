import { depthOf, leafOf, type Preset, type PresetChoice, type TensorOutline } from './outline.js'
import { normal } from './torch.js'

/** `initializer_range` of GPT-2, BERT and Llama. */
const RANGE = 0.02

/** Matrices and embeddings N(0, 0.02), norms one, biases zero: `_init_weights` of the three families. */
function common({ name, shape }: TensorOutline): PresetChoice | undefined {
  const leaf = leafOf(name)
  if (leaf === 'bias') return { init: 'zeros' }
  if (leaf !== 'weight') return undefined
  return shape.length === 1 ? { init: 'ones' } : normal(RANGE)
}

/**
 * GPT-2 (Radford et al. 2019, as `GPT2PreTrainedModel._init_weights`): projections back into the residual stream
 * (`c_proj`) are N(0, 0.02 / sqrt(2 n)), n the number of blocks.
 */
export const gpt2: Preset = (tensors) => {
  const residual = normal(RANGE / Math.sqrt(2 * Math.max(1, depthOf(tensors))))
  return (tensor) => (tensor.name.endsWith('c_proj.weight') ? residual : common(tensor))
}

/** BERT (Devlin et al. 2018, as `BertPreTrainedModel._init_weights`): token 0 is the padding, whose embedding is zero. */
export const bert: Preset = () => (tensor) =>
  tensor.name.endsWith('word_embeddings.weight') ? WORDS : common(tensor)

const WORDS: PresetChoice = {
  init: { class_name: 'Embedding', config: { stddev: RANGE, padding_idx: 0 } },
}

/** Llama (Touvron et al. 2023, as `LlamaPreTrainedModel._init_weights`). */
export const llama: Preset = () => common
