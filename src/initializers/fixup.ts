import { exp, ln } from '../math/special.js'
import { normalLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { whole } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface FixupOptions extends RandomOptions {
  /** Number of residual blocks. */
  blocks: number
  /** Layers in a block, >= 2. Default: 2. */
  layersPerBlock?: number | undefined
}

export const FIXUP = define<{ blocks: number; layersPerBlock: number }>({
  className: 'Fixup',
  random: true,
  params: { blocks: whole(1), layersPerBlock: whole(2, 2) },
  law: ({ blocks, layersPerBlock }, target) => {
    const factor = exp(-ln(blocks) / (2 * layersPerBlock - 2))
    return normalLaw(0, Math.sqrt(2 / Math.max(1, target.fans().fanOut)) * factor, target.dtype)
  },
})

/**
 * He's normal law by fanOut times blocks^(-1 / (2 layersPerBlock - 2)): residual networks without normalization (Zhang,
 * Dauphin and Ma 2019). For all layers of a residual branch but the last, which takes `zeros`, as does the classifier.
 */
export function fixup(options: FixupOptions): Initializer {
  return new CatalogueInitializer(FIXUP, options)
}
