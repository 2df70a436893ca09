import { wrongType } from '../errors.js'
import { readRecord } from '../validate.js'

/** An initializer as a JSON document says it. */
export interface ConfigDocument {
  /** Class names to look up, the most exact first. */
  readonly names: readonly string[]
  /** Parameters, still unchecked. */
  readonly options: Record<string, unknown>
}

/** Keys of configs that say nothing about values: TensorFlow wrote the dtype there. */
const IGNORED = ['dtype', 'name']

/**
 * Reads `{ class_name, config }` (Keras, with `module` and `registered_name` beside) or `{ className, config }`
 * (tfjs), with our own `seed` and `layout` beside where there are any.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function readConfig(document: unknown): ConfigDocument {
  const record = readRecord(document, 'initializer config')
  const {
    class_name: snake,
    className: name = snake,
    config,
    registered_name: registered,
    seed,
    layout,
  } = record
  if (typeof name !== 'string') {
    throw wrongType('class_name of an initializer config', 'a string', name)
  }
  const options = readRecord(config ?? {}, 'config')
  for (const key of IGNORED) delete options[key]
  if ('seed' in options) options['seed'] = plainSeed(options['seed'])
  if (seed !== undefined && seed !== null) options['seed'] = seed
  if (layout !== undefined) options['layout'] = layout
  return { names: typeof registered === 'string' ? [registered, name] : [name], options }
}

/** Keras writes a generator as seed as `{ class_name: 'SeedGenerator', config: { seed } }`. */
function plainSeed(seed: unknown): unknown {
  if (typeof seed !== 'object' || seed === null) return seed
  const { config } = readRecord(seed, 'config.seed', 'ERR_INVALID_SEED')
  return readRecord(config, 'config.seed.config', 'ERR_INVALID_SEED')['seed']
}
