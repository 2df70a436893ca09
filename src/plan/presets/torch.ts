import { sizeOf } from '../../validate.js'
import {
  choice,
  leafOf,
  look,
  neighbour,
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

export const XAVIER = choice('XavierUniform', {}, 'torch')

/** Where the tensor's own name is enough: running statistics, what attention packs and what it appends. */
const LEAVES: Table = [
  [/^(running_mean|in_proj_bias)$/, ZEROS],
  [/^running_var$/, ONES],
  [/^(in|q|k|v)_proj_weight$/, XAVIER],
  [/^bias_[kv]$/, choice('XavierNormal', {}, 'torch')],
]

/**
 * What torch's own layers draw (`reset_parameters` of `torch.nn`, 2.x): Linear and convolutions
 * U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weight and bias, Bilinear by its first input alone, recurrent layers U(-1/sqrt(hidden), 1/sqrt(hidden)),
 * Embedding N(0, 1), attention's packed projection xavier_uniform with zero biases, norms one and zero, PReLU 0.25,
 * `nn.Transformer` xavier_uniform for every matrix.
 */
export const torch: Preset = (shapes) => (tensor) => torchChoice(tensor, shapes)

/** The choice of one tensor, for presets that differ from torch's own layers in a few places. */
export function torchChoice(tensor: TensorOutline, shapes: Shapes): PresetChoice | undefined {
  const { name } = tensor
  const leaf = leafOf(name)
  const known = look(LEAVES, leaf)
  if (known) return known
  if (/^(weight|bias)_(ih|hh|hr)/.test(leaf)) return recurrent(name, leaf, shapes)
  const weight = shapes.get(neighbour(name, 'weight'))
  if (!weight || !/^(weight|bias)$/.test(leaf)) return undefined
  const bias = shapes.get(neighbour(name, 'bias'))
  const owner = tensor.kind ?? ownerOf(name)
  // A norm's bias has the axes of its weight, any other layer's has one.
  const axes = bias ?? (/Norm|norm_?\d*$|^ln(\d*|_\w+)$/.test(owner) ? weight : [0])
  if (weight.length === axes.length) {
    if (leaf === 'bias') return ZEROS
    return !bias && isPReLU(tensor, owner) ? choice('Constant', { value: 0.25 }) : ONES
  }
  if (/bilinear/i.test(owner) && weight.length === 3) return symmetric(sizeOf(weight.slice(1, 2)))
  if (leaf === 'bias') return isAttention(name, shapes) ? ZEROS : symmetric(sizeOf(weight.slice(1)))
  if (!bias && weight.length === 2 && EMBEDDING.test(owner)) return normal(1)
  return isTransformer(name, shapes) ? XAVIER : choice('TorchDefault', {}, 'torch')
}

/** A table of embeddings, by its module's class or name. */
const EMBEDDING = /^(wte|wpe|(\w+_)?emb(ed|eddings?)?(_\w+|bag)?)$/i

/** A norm of one feature would have a bias; a PReLU has one slope unless told otherwise. */
function isPReLU({ kind, shape }: TensorOutline, owner: string): boolean {
  return /relu|^act(ivation)?\d*$/i.test(owner) || (kind === undefined && shape[0] === 1)
}

/** Whether a bias is of the projection out of an attention. */
function isAttention(name: string, shapes: Shapes): boolean {
  return /\bout_proj.bias$/.test(name) && shapes.has(name.replace(/out_proj.bias$/, 'in_proj_bias'))
}

/** Whether a matrix is of a `nn.Transformer`: it alone has an encoder and a decoder of torch's layers, and their norms. */
function isTransformer(name: string, shapes: Shapes): boolean {
  const root = /^(.*\.|)(en|de)coder\.layers\.\d+\.(linear\d|\w+_attn\.out_proj)\./s.exec(name)?.[1]
  return ['en', 'de'].every((end) => root !== undefined && shapes.has(`${root}${end}coder.norm.weight`))
}

function recurrent(name: string, leaf: string, shapes: Shapes): PresetChoice | undefined {
  // An LSTM with a projection recurs on its projected state, and scales by the hidden one.
  const columns = (matrix: string) =>
    shapes.get(neighbour(name, leaf.replace(/^[a-z]+_../, `weight_${matrix}`)))?.[1]
  const hidden = columns('hr') ?? columns('hh')
  return hidden ? symmetric(hidden) : undefined
}

/** U(-1/sqrt(fan), 1/sqrt(fan)); zero without inputs. */
function symmetric(fan: number): PresetChoice {
  if (fan === 0) return ZEROS
  const bound = 1 / Math.sqrt(fan)
  return choice('RandomUniform', { minval: -bound, maxval: bound })
}
