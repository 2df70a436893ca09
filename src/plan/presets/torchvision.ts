import { sizeOf } from '../../validate.js'
import {
  choice,
  leafOf,
  look,
  normal,
  type Preset,
  type PresetChoice,
  type Table,
  type TensorOutline,
  ZEROS,
} from './outline.js'
import { torchChoice, XAVIER } from './torch.js'

/** torchvision's ResNet (He et al. 2015): convolutions He normal by fan_out, norms one and zero, torch's Linear. */
export const resnet: Preset = (shapes) => {
  const convolution = choice('KaimingNormal', { mode: 'fan_out', nonlinearity: 'relu' }, 'torch')
  return (tensor) =>
    leafOf(tensor.name) === 'weight' && tensor.shape.length === 4 ? convolution : torchChoice(tensor, shapes)
}

const VIT: Table = [
  [/\b(class_token$|heads\.head\.|(conv_proj|conv_last|pre_logits)\.bias$)/, ZEROS],
  [/\bpos_embedding$/, normal(0.02)],
  [/\.mlp\..*bias$/, normal(1e-6)],
  [/\.mlp\..*weight$/, XAVIER],
]

/**
 * torchvision's VisionTransformer (Dosovitskiy et al. 2020): patches a truncated normal of 1 / sqrt(fan_in), the last of a
 * stem of convolutions N(0, sqrt(2 / out)), MLP xavier_uniform with biases N(0, 1e-6), positions N(0, 0.02), class token
 * and head zero, attention and the stem's others as torch's.
 */
export const vit: Preset = (shapes) => (tensor) =>
  look(VIT, tensor.name) ?? projection(tensor) ?? torchChoice(tensor, shapes)

/** torch's `trunc_normal_` with its absolute bounds of -2 and 2, but for the stem. */
function projection({ name, shape }: TensorOutline): PresetChoice | undefined {
  if (/\bconv_last\.weight$/.test(name)) return normal(Math.sqrt(2 / (shape[0] as number)))
  if (!/\b(conv_proj|pre_logits)\.weight$/.test(name)) return undefined
  const std = 1 / Math.sqrt(sizeOf(shape.slice(1)) || 1)
  return choice('TruncNormal', { mean: 0, std, a: -2, b: 2 })
}
