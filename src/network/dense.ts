import { type ActivationName, ACTIVATIONS } from '../engine/trainer.js'
import { initializer, type InitializerLike } from '../initializers/registry.js'
import {
  belowOne,
  boolean,
  integer,
  nonNegativeSingle,
  oneOf,
  pathOf,
  readOptions,
  single,
} from '../validate.js'
import { rangeError } from '../errors.js'

/** Penalty on a kernel, added to the loss as in Keras: `l1 * sum |w| + l2 * sum w^2`. */
export interface Regularizer {
  l1?: number | undefined
  l2?: number | undefined
}

/** Options of `dense`; defaults are Keras's. */
export interface DenseOptions {
  /** Default 'linear'. */
  activation?: ActivationName | undefined
  /** Negative slope of leakyRelu (default 0.01) or alpha of elu (default 1). */
  slope?: number | undefined
  /** Default true. */
  useBias?: boolean | undefined
  /** Default 'glorotUniform'. */
  kernelInitializer?: InitializerLike | undefined
  /** Default 'zeros'. */
  biasInitializer?: InitializerLike | undefined
  kernelRegularizer?: Regularizer | undefined
  /** Share of this layer's outputs that each training step drops, in [0, 1); default 0. */
  dropout?: number | undefined
  /** `false` freezes the layer; default true. */
  trainable?: boolean | undefined
  /** Default `dense_1`, `dense_2`, ... by place in the network. */
  name?: string | undefined
}

/** A fully connected layer as plain data: `units` outputs, each activation(x . kernel + bias). */
export interface DenseConfig extends DenseOptions {
  units: number
}

const OPTIONS = [
  'activation',
  'slope',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'dropout',
  'trainable',
  'name',
]

/** A layer with every default filled in. */
export type Dense = ReturnType<typeof readDense>

/**
 * A fully connected layer of `units` outputs (Keras's `Dense`): kernel `[inputs, units]`, bias `[units]`.
 *
 * @throws `ERR_INVALID_ARGUMENT` for an unknown option or a value out of its range, `ERR_UNKNOWN_INITIALIZER`.
 */
export function dense(units: number, options: DenseOptions = {}): DenseConfig {
  const config = { ...readOptions(options, OPTIONS), units } as DenseConfig
  readDense(config, 'options', 'dense')
  return config
}

/** Checks a layer's configuration and fills in the defaults. */
export function readDense(value: unknown, argument: string, name: string) {
  const o = readOptions(value, ['units', ...OPTIONS], argument)
  const activation = oneOf(o['activation'] ?? 'linear', `${argument}.activation`, ACTIVATIONS)
  const { l1, l2 } = readRegularizer(o['kernelRegularizer'], `${argument}.kernelRegularizer`)
  return {
    units: integer(o['units'], `${argument}.units`, 1, 2 ** 31 - 1),
    activation,
    slope: single(o['slope'] ?? (activation === 'elu' ? 1 : 0.01), `${argument}.slope`),
    useBias: boolean(o['useBias'] ?? true, `${argument}.useBias`),
    kernelInitializer: initializer((o['kernelInitializer'] ?? 'glorotUniform') as InitializerLike),
    biasInitializer: initializer((o['biasInitializer'] ?? 'zeros') as InitializerLike),
    l1,
    l2,
    dropout: belowOne(o['dropout'] ?? 0, `${argument}.dropout`),
    trainable: boolean(o['trainable'] ?? true, `${argument}.trainable`),
    name: readName(o['name'] ?? name, `${argument}.name`),
  }
}

function readRegularizer(value: unknown, argument: string): { l1: number; l2: number } {
  const o = readOptions(value, ['l1', 'l2'], argument)
  const read = (key: 'l1' | 'l2') => nonNegativeSingle(o[key] ?? 0, `${argument}.${key}`)
  return { l1: read('l1'), l2: read('l2') }
}

function readName(value: unknown, argument: string): string {
  const name = pathOf(value, argument)
  if (name !== '') return name
  throw rangeError('ERR_INVALID_PATH', `${argument} must not be empty`)
}
