import { sizeOf } from '../../validate.js'
import {
  isEmbedding,
  leafOf,
  neighbour,
  type Preset,
  type PresetChoice,
  type Shapes,
  shapesOf,
  type TensorOutline,
} from './outline.js'

const ONES: PresetChoice = { init: 'ones' }
const ZEROS: PresetChoice = { init: 'zeros' }
const XAVIER: PresetChoice = { init: 'xavier_uniform', layout: 'torch' }

/**
 * What torch's own layers draw (`reset_parameters` of `torch.nn`, 2.x): Linear and convolutions
 * U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weight and bias, Bilinear by its first input alone, recurrent layers U(-1/sqrt(hidden), 1/sqrt(hidden)),
 * Embedding N(0, 1), attention's packed projection xavier_uniform with zero biases, norms one and zero.
 */
export const torch: Preset = (tensors) => {
  const shapes = shapesOf(tensors)
  return (tensor) => torchChoice(tensor, shapes)
}

/** The choice of one tensor, for presets that differ from torch's own layers in a few places. */
export function torchChoice(tensor: TensorOutline, shapes: Shapes): PresetChoice | undefined {
  const { name, shape, kind } = tensor
  const leaf = leafOf(name)
  if (leaf === 'running_mean') return ZEROS
  if (leaf === 'running_var') return ONES
  if (/^(in|q|k|v)_proj_weight$/.test(leaf)) return XAVIER
  if (leaf === 'in_proj_bias') return ZEROS
  if (/^(weight|bias)_(ih|hh|hr)_l\d+/.test(leaf)) return recurrent(name, leaf, shapes)
  if (kind === 'Bilinear') return symmetric(shapes.get(neighbour(name, 'weight'))?.[1] ?? 1)
  if (leaf === 'bias') return biasChoice(tensor, shapes)
  if (leaf !== 'weight') return undefined
  if (kind === 'PReLU') return { init: { class_name: 'Constant', config: { value: 0.25 } } }
  if (shape.length === 1) return ONES
  return isEmbedding(tensor) ? normal(1) : { init: 'torch_default', layout: 'torch' }
}

/** Biases follow their module's weight: zero beside a norm, else within 1 / sqrt(fan_in). */
function biasChoice({ name }: TensorOutline, shapes: Shapes): PresetChoice | undefined {
  const attention = /^(.*\.|)out_proj\.bias$/s.exec(name)?.[1]
  if (
    attention !== undefined &&
    ['in_proj_weight', 'q_proj_weight'].some((leaf) => shapes.has(attention + leaf))
  )
    return ZEROS
  const weight = shapes.get(neighbour(name, 'weight'))
  if (weight === undefined) return undefined
  return weight.length === 1 ? ZEROS : symmetric(sizeOf(weight.slice(1)))
}

function recurrent(name: string, leaf: string, shapes: Shapes): PresetChoice | undefined {
  // An LSTM with a projection recurs on its projected state, and scales by the hidden one.
  const columns = (matrix: string) =>
    shapes.get(neighbour(name, leaf.replace(/^(weight|bias)_(ih|hh|hr)/, `weight_${matrix}`)))?.[1]
  const hidden = columns('hr') ?? columns('hh')
  return hidden === undefined ? undefined : symmetric(hidden)
}

/** U(-1/sqrt(fan), 1/sqrt(fan)). */
function symmetric(fan: number): PresetChoice {
  const bound = 1 / Math.sqrt(Math.max(1, fan))
  return { init: { class_name: 'RandomUniform', config: { minval: -bound, maxval: bound } } }
}

/** N(0, stddev^2). */
export function normal(stddev: number): PresetChoice {
  return { init: { class_name: 'RandomNormal', config: { mean: 0, stddev } } }
}
