import { plainError, rangeError, show, wrongType } from '../errors.js'
import { jsonSeed } from '../validate.js'
import { CATALOGUE } from './catalogue.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { readConfig } from './config.js'
import type { Definition } from './definition.js'
import { nameKey, nearestNames } from './names.js'
import type { Initializer } from './types.js'

/** A config as Keras writes it, or as `toJSON` does. */
export interface KerasConfig {
  readonly class_name: string
  readonly config?: object | undefined
}

/** A config as tfjs writes it. */
export interface TfjsConfig {
  readonly className: string
  readonly config?: object | undefined
}

/** Whatever names an initializer: itself, a name in any spelling, or a config. */
export type InitializerLike = Initializer | string | KerasConfig | TfjsConfig

/** Makes a registered initializer from a config's parameters; a seed in them is a bigint. */
export type InitializerFactory = (config: Record<string, unknown>) => Initializer

type Maker = (options: Record<string, unknown>) => Initializer

const builtIn = new Map<string, Maker>()
const registered = new Map<string, { className: string; make: Maker }>()

for (const definition of CATALOGUE) {
  for (const name of [definition.className, ...(definition.aliases ?? [])])
    builtIn.set(nameKey(name), makerOf(definition))
}

function makerOf(definition: Definition<object>): Maker {
  return (options) => new CatalogueInitializer(definition, options, true)
}

/**
 * The initializer that a name or config means.
 *
 * Names may be in any framework's spelling: 'he_normal', 'HeNormal', 'heNormal', 'kaiming_normal_', 'leCunNormal',
 * 'zero'. Configs may be Keras's (with a SeedGenerator as seed or a serialized array as value), tfjs's or our own.
 *
 * @throws `ERR_UNKNOWN_INITIALIZER` with the nearest names, `ERR_INVALID_ARGUMENT` and `ERR_INVALID_SEED` for bad
 * parameters
 */
export function initializer(like: InitializerLike): Initializer {
  if (typeof like === 'string') return find([like])({})
  if (isInitializer(like)) return like
  if (typeof like !== 'object' || like === null) {
    const allowed = 'an Initializer, a name, or a config { class_name, config }'
    throw wrongType('initializer', allowed, like)
  }
  const { names, options } = readConfig(like)
  return find(names)(options)
}

/** Whether something is an initializer, of this package or a user's own. */
function isInitializer(value: unknown): value is Initializer {
  try {
    const { create, toJSON } = value as Partial<Initializer>
    return typeof create === 'function' && typeof toJSON === 'function'
  } catch {
    return false
  }
}

function find(names: readonly string[]): Maker {
  for (const name of names) {
    const maker = registered.get(nameKey(name))?.make ?? builtIn.get(nameKey(name))
    if (maker !== undefined) return maker
  }
  const name = names[names.length - 1] as string
  const known = [
    ...CATALOGUE.map(({ className }) => className),
    ...[...registered.values()].map((entry) => entry.className),
  ]
  const nearest = nearestNames(name, known).join(', ')
  throw rangeError(
    'ERR_UNKNOWN_INITIALIZER',
    `there is no initializer ${show(name)}; the nearest are ${nearest}`,
  )
}

/**
 * Makes `initializer` and everything that takes one know a class of the user's own. A later registration under the same
 * name replaces the earlier one.
 *
 * @param className - its name in configs; not one of the built-in ones
 * @param factory - makes it from a config's parameters
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function registerInitializer(className: string, factory: InitializerFactory): void {
  if (typeof className !== 'string' || nameKey(className) === '') {
    throw wrongType('className', 'a name', className)
  }
  if (typeof factory !== 'function') {
    throw wrongType('factory', 'a function', factory)
  }
  if (builtIn.has(nameKey(className))) {
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      `className must not be that of a built-in initializer, got ${show(className)}`,
    )
  }
  registered.set(nameKey(className), {
    className,
    make: (options) => checked(className, factory(readSeed(options))),
  })
}

function readSeed(options: Record<string, unknown>): Record<string, unknown> {
  const { seed } = options
  return seed === undefined || seed === null ? options : { ...options, seed: jsonSeed(seed) }
}

function checked(className: string, made: Initializer): Initializer {
  if (isInitializer(made)) return made
  throw plainError(
    'ERR_INVALID_ARGUMENT',
    `factory of ${show(className)} must return an Initializer, got ${show(made)}`,
  )
}
