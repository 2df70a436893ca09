import { oneOf } from '../../validate.js'
import { bert, gpt2, llama } from './transformers.js'
import { flax } from './flax.js'
import { keras } from './keras.js'
import type { Preset } from './outline.js'
import { resnet, vit } from './torchvision.js'
import { torch } from './torch.js'

export { type Preset, shapesOf } from './outline.js'

const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['torch', torch],
  ['keras', keras],
  ['flax', flax],
  ['gpt2', gpt2],
  ['bert', bert],
  ['llama', llama],
  ['resnet', resnet],
  ['vit', vit],
])

/** Names of the presets. */
export const PRESET_NAMES: readonly string[] = [...PRESETS.keys()]

/**
 * A preset by its name; undefined for undefined.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function presetOf(name: unknown): Preset | undefined {
  if (name === undefined) return undefined
  return PRESETS.get(oneOf(name, 'preset', PRESET_NAMES))
}
