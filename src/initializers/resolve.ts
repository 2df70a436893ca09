import { streamKey } from '../engine/stream.js'
import { CatalogueInitializer, type ResolvedTensor, type TensorContext } from './catalogue-initializer.js'
import { Target } from './definition.js'
import type { Initializer } from './types.js'
import { each } from './values.js'

/**
 * What an engine needs to fill a tensor of a plan or network. A user's own initializer is asked for its values, which
 * become literal ones.
 *
 * @throws whatever `create` of this initializer throws for this shape
 */
export function resolveTensor(
  initializer: Initializer,
  shape: readonly number[],
  context: TensorContext,
): ResolvedTensor {
  if (initializer instanceof CatalogueInitializer) return initializer.resolve(shape, context)
  const { path, seed, defaultLayout, layout = defaultLayout } = context
  const values = initializer.create(shape, {
    path,
    seed: initializer.seed ?? seed,
    ...(layout === undefined ? {} : { layout }),
  })
  const target = new Target(shape, values.length, 'keras', 'F32')
  return { law: each(target, (element) => values[element] as number), stream: streamKey(seed, path) }
}
