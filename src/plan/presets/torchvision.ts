import { sizeOf } from '../../validate.js'
import { leafOf, type Preset, type PresetChoice, shapesOf, type TensorOutline } from './outline.js'
import { normal, torchChoice } from './torch.js'

const ZEROS: PresetChoice = { init: 'zeros' }

/** torchvision's ResNet (He et al. 2015): convolutions He normal by fan_out, norms one and zero, torch's Linear. */
export const resnet: Preset = (tensors) => {
  const shapes = shapesOf(tensors)
  const convolution: PresetChoice = {
    init: { class_name: 'KaimingNormal', config: { mode: 'fan_out', nonlinearity: 'relu' } },
    layout: 'torch',
  }
  return (tensor) =>
    leafOf(tensor.name) === 'weight' && tensor.shape.length === 4 ? convolution : torchChoice(tensor, shapes)
}

/**
 * torchvision's VisionTransformer (Dosovitskiy et al. 2020): patches a truncated normal of 1 / sqrt(fan_in), MLP
 * xavier_uniform with biases N(0, 1e-6), positions N(0, 0.02), class token and head zero, attention as torch's.
 */
export const vit: Preset = (tensors) => {
  const shapes = shapesOf(tensors)
  return (tensor) => vitChoice(tensor) ?? torchChoice(tensor, shapes)
}

function vitChoice({ name, shape }: TensorOutline): PresetChoice | undefined {
  if (leafOf(name) === 'class_token' || /(^|\.)heads\.head\./.test(name)) return ZEROS
  if (leafOf(name) === 'pos_embedding') return normal(0.02)
  if (/(^|\.)(conv_proj|heads\.pre_logits)\.weight$/.test(name)) return patches(sizeOf(shape.slice(1)))
  if (/(^|\.)(conv_proj|heads\.pre_logits)\.bias$/.test(name)) return ZEROS
  if (!/\.mlp\.(linear_1|linear_2|0|3)\.(weight|bias)$/.test(name)) return undefined
  return name.endsWith('bias') ? normal(1e-6) : { init: 'xavier_uniform', layout: 'torch' }
}

/** torch's `trunc_normal_` with its absolute bounds of -2 and 2. */
function patches(fanIn: number): PresetChoice {
  return {
    init: {
      class_name: 'TruncNormal',
      config: { mean: 0, std: 1 / Math.sqrt(Math.max(1, fanIn)), a: -2, b: 2 },
    },
  }
}
