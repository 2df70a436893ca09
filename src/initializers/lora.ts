import { constantLaw, normalLaw, uniformLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { word } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface LoraOptions extends RandomOptions {
  /** Which factor of the update B A: 'a' (in to rank) is random, 'b' (rank to out) zero. Default: 'a'. */
  part?: 'a' | 'b' | undefined
  /** Law of A: 'kaiming' (default) uniform within 1 / sqrt(in), 'gaussian' normal with standard deviation 1 / rank. */
  variant?: 'kaiming' | 'gaussian' | undefined
}

export const LORA = define<{ part: 'a' | 'b'; variant: 'kaiming' | 'gaussian' }>({
  className: 'Lora',
  random: true,
  params: { part: word(['a', 'b'], 'a'), variant: word(['kaiming', 'gaussian'], 'kaiming') },
  law: ({ part, variant }, target) => {
    target.requireRank(2)
    if (part === 'b') return constantLaw(0, target.dtype)
    const { fanIn, fanOut } = target.fans()
    if (variant === 'gaussian') return normalLaw(0, 1 / Math.max(1, fanOut), target.dtype)
    const limit = 1 / Math.sqrt(Math.max(1, fanIn))
    return uniformLaw(-limit, limit, target.dtype)
  },
})

/**
 * The factors of a low-rank update (Hu et al. 2021), which starts as zero: A random, B zero. A's law is that of the `peft`
 * package: kaiming uniform with a = sqrt 5, or normal with standard deviation 1 / rank. Rank 2 or more.
 */
export function lora(options?: LoraOptions): Initializer {
  return new CatalogueInitializer(LORA, options)
}
