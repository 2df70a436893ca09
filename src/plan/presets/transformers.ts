import { rangeError } from '../../errors.js'
import {
  choice,
  depthOf,
  leafOf,
  normal,
  ONES,
  type Preset,
  type PresetChoice,
  type TensorOutline,
  ZEROS,
} from './outline.js'

/** `initializer_range` of GPT-2, BERT and Llama. */
const RANGE = 0.02

/**
 * Matrices, experts' stacks of them (`gate_up_proj`) and embeddings N(0, 0.02), norms one, biases zero: `_init_weights` of
 * the three families. `gamma` and `beta` are the names that BERT's norms had.
 */
function common({ name, shape }: TensorOutline): PresetChoice | undefined {
  const leaf = leafOf(name)
  if (leaf === 'bias' || leaf === 'beta') return ZEROS
  if (!/^(weight|gamma|\w+_proj)$/.test(leaf)) return undefined
  return shape.length === 1 ? ONES : normal(RANGE)
}

/**
 * GPT-2 (Radford et al. 2019, as `GPT2PreTrainedModel._init_weights`): projections back into the residual stream
 * (`c_proj`) are N(0, 0.02 / sqrt(2 n)), n the number of blocks.
 *
 * @throws `ERR_INVALID_ARGUMENT` for the causal mask that old checkpoints keep: the code that reads them makes its own
 */
export const gpt2: Preset = (shapes) => {
  const residual = normal(RANGE / Math.sqrt(2 * Math.max(1, depthOf(shapes))))
  return (tensor) => {
    const { name, shape } = tensor
    if (name.endsWith('c_proj.weight')) return residual
    if (name.endsWith('.masked_bias')) return choice('Constant', { value: -1e4 })
    if (!name.endsWith('.bias') || shape.length < 4) return common(tensor)
    throw rangeError('ERR_INVALID_ARGUMENT', 'a causal mask is no weight: exclude it')
  }
}

/** BERT (Devlin et al. 2018, as `BertPreTrainedModel._init_weights`): the padding token's embedding is zero. */
export const bert: Preset = () => (tensor) => {
  const { name } = tensor
  // RoBERTa's padding is token 1, and its positions are counted from there.
  const roberta = /\broberta\..*(word|position)_embeddings.weight$/.test(name)
  return roberta || name.endsWith('word_embeddings.weight')
    ? choice('Embedding', { stddev: RANGE, padding_idx: Number(roberta) })
    : common(tensor)
}

/** Llama (Touvron et al. 2023, as `LlamaPreTrainedModel._init_weights`). */
export const llama: Preset = () => common
