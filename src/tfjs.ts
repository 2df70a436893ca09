/**
 * Adapters for TensorFlow.js. They take the user's own `tf` and import none, so that any 4.x build of it does.
 *
 * Nothing here needs Node: with `symbreak` imported too the native engine fills the weights, without it the TypeScript
 * engine does, with the same bits.
 */
import { wrongType } from './errors.js'
import { initializer, type Initializer, type InitializerLike } from './initializers/index.js'
import { arrayKind } from './realm.js'
import { fitShape, pathOf, readOptions, shapeOf } from './validate.js'

/** What is used of `tf` to make a tensor. */
export interface TfjsTensors<Tensor> {
  tensor(values: TfjsArray, shape: number[]): Tensor
}

/** What is used of `tf` to make an initializer. */
export interface TfjsLayers<TfjsInitializer> {
  readonly initializers: { zeros(): TfjsInitializer }
  readonly serialization: { registerClass(initializerClass: never): unknown }
  tensor(values: TfjsArray, shape: number[]): unknown
}

/** Arrays that tfjs takes as they are: 'float32' and 'int32' tensors. */
export type TfjsArray = Float32Array | Int32Array

/**
 * A tensor of the values. The array is handed over: tfjs's cpu backend keeps it without a copy, so don't write to it
 * afterwards.
 *
 * @param tf - `@tensorflow/tfjs`, or `@tensorflow/tfjs-core` with a backend
 * @param array - the values in C order
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function toTfjs<Tensor>(tf: TfjsTensors<Tensor>, array: TfjsArray, shape: readonly number[]): Tensor {
  if (!/^(Float|Int)32Array$/.test(arrayKind(array) ?? '')) {
    throw wrongType('array', 'a Float32Array or an Int32Array', array)
  }
  if (typeof tf?.tensor !== 'function') throw notTfjs(tf)
  const sizes = shapeOf(shape)
  fitShape(array.length, sizes, 'array')
  return tf.tensor(array, [...sizes])
}

/** Options of `tfjsInitializer`. */
export interface TfjsInitializerOptions {
  /**
   * Stream of the tensor, usually its name: 'dense_1/kernel'. tfjs doesn't tell an initializer which weight it fills, so
   * layers that share a seed need paths of their own to differ.
   */
  path?: string | undefined
}

/**
 * An initializer for tfjs layers: `tf.layers.dense({ units, kernelInitializer: tfjsInitializer(tf, 'heNormal') })`.
 *
 * Its class is registered with `tf.serialization`, so models that hold one can be saved and loaded; in the process that
 * loads such a model, call `registerTfjs(tf)` first.
 *
 * @param tf - `@tensorflow/tfjs`, or the exports of tfjs-core and tfjs-layers in one object
 * @param init - an initializer, a name of one, or its config
 * @throws as `initializer`; `ERR_INVALID_PATH`; `ERR_INVALID_ARGUMENT` where `tf` has no layers
 */
export function tfjsInitializer<TfjsInitializer>(
  tf: TfjsLayers<TfjsInitializer>,
  init: InitializerLike,
  options?: TfjsInitializerOptions,
): TfjsInitializer {
  const { path } = readOptions(options, ['path'])
  const stream = path === undefined ? undefined : pathOf(path)
  const SymbreakInitializer = registerTfjs(tf)
  return new SymbreakInitializer({ init: initializer(init), path: stream } as never) as TfjsInitializer
}

/** What an initializer is made of, or the text that its config carries. */
type Parts = { readonly init: Initializer; readonly path: string | undefined } | { readonly name: string }

/** The class of `tfjsInitializer`, which only it constructs. */
export type AdapterClass = new (parts: never) => object

/** One class for each copy of tfjs, known by the class that it extends. */
const classes = new WeakMap<object, AdapterClass>()

/**
 * Registers the class of `tfjsInitializer`, so that models saved with it can be loaded.
 *
 * @throws `ERR_INVALID_ARGUMENT` where `tf` has no layers
 */
export function registerTfjs<TfjsInitializer>(tf: TfjsLayers<TfjsInitializer>): AdapterClass {
  const base = baseClass(tf)
  const known = classes.get(base)
  if (known !== undefined) return known
  const made = adapterClass(tf, base)
  tf.serialization.registerClass(made as never)
  classes.set(base, made)
  return made
}

/** `tf.initializers.Initializer`, which tfjs doesn't export: the parent of the class of zeros. */
function baseClass(tf: unknown): new () => object {
  const { initializers, serialization } = (tf ?? {}) as Partial<TfjsLayers<object>>
  if (typeof initializers?.zeros === 'function' && typeof serialization?.registerClass === 'function') {
    const zeros = Object.getPrototypeOf(initializers.zeros()) as object
    return (Object.getPrototypeOf(zeros) as { constructor: new () => object }).constructor
  }
  throw notTfjs(tf)
}

function notTfjs(tf: unknown): Error {
  return wrongType('tf', 'the exports of @tensorflow/tfjs', tf)
}

function adapterClass(tf: TfjsLayers<unknown>, Base: new () => object): AdapterClass {
  return class SymbreakInitializer extends Base {
    static readonly className = 'SymbreakInitializer'
    readonly #init: Initializer
    readonly #path: string | undefined

    constructor(parts: Parts) {
      super()
      const { init, path } = 'name' in parts ? parse(parts.name) : parts
      this.#init = init
      this.#path = path
    }

    apply(shape: number[], dtype = 'float32'): unknown {
      if (dtype !== 'float32') {
        throw wrongType('dtype', "'float32'", dtype)
      }
      return toTfjs(tf, this.#init.create(shape, { path: this.#path }), shape)
    }

    /** All in one text under `name`, the only key whose value tfjs leaves in its case when it writes a model. */
    getConfig(): { name: string } {
      return { name: JSON.stringify({ init: this.#init, path: this.#path }) }
    }
  }
}

function parse(text: string): { init: Initializer; path: string | undefined } {
  const { init, path } = JSON.parse(text) as { init: InitializerLike; path?: string }
  return { init: initializer(init), path: path === undefined ? undefined : pathOf(path) }
}
