import { streamKey } from '../math/stream.js'
import { wrongLength, wrongType } from '../errors.js'
import { arrayKind } from '../realm.js'
import { sizeOf } from '../validate.js'
import { CatalogueInitializer, type ResolvedTensor, type TensorContext } from './catalogue-initializer.js'
import { Target } from './definition.js'
import { describeLaw } from './describe.js'
import type { Initializer } from './types.js'
import { each } from './values.js'

/**
 * What an engine needs to fill a tensor of a plan or network. A user's own initializer is asked for its values, which
 * become literal ones.
 *
 * @throws whatever `create` of this initializer throws for this shape; `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`
 */
export function resolveTensor(
  initializer: Initializer,
  shape: readonly number[],
  context: TensorContext,
): ResolvedTensor {
  if (initializer instanceof CatalogueInitializer) return initializer.resolve(shape, context)
  const { path, seed, defaultLayout, layout = defaultLayout, dtype = 'F32' } = context
  const given: unknown = initializer.create(shape, {
    path,
    seed: initializer.seed ?? seed,
    ...(layout === undefined ? {} : { layout }),
    // Types of 16 bits are rounded from single precision, once.
    ...(dtype === 'F64' ? { dtype } : {}),
  })
  const size = sizeOf(shape)
  const name = `what ${initializer.className} makes`
  if (!/^Float(32|64)Array$/.test(arrayKind(given) ?? '')) throw wrongType(name, 'a Float32Array', given)
  // Its maker may use the array again.
  const values = (given as Float32Array).slice()
  if (values.length !== size) throw wrongLength(name, size, values.length)
  const law = each(new Target(shape, size, 'keras', dtype), (element) => values[element] as number)
  return { law, stream: streamKey(seed, path), describe: () => describeLaw(law, size) }
}
