import { checkEngine, type EngineName } from '../engine/select.js'
import type { LossName, TrainerSpec } from '../engine/trainer.js'
import { rangeError, show, typeError } from '../errors.js'
import { entropySeed } from '../random/seed.js'
import { belowOne, integer, oneOf, positive, readArray, readOptions, type Seed, seedOf } from '../validate.js'
import { readDense, type Dense, type DenseConfig } from './dense.js'

export const LOSSES = [
  'softmaxCrossEntropy',
  'sigmoidCrossEntropy',
  'meanSquaredError',
  'meanAbsoluteError',
  'huber',
  'hinge',
] as const satisfies readonly LossName[]

/** What a network is; its weights follow from this and the seed. */
export interface NetworkConfig {
  /** Features of a row, >= 1. */
  inputs: number
  /** At least one layer; plain objects or `dense(...)`. */
  layers: readonly DenseConfig[]
  /** The cross-entropies and hinge take the last layer's outputs as logits or scores: leave its activation 'linear'. */
  loss: LossName
  /** Of the initial weights, the order of rows and the dropout masks; default random, readable as `network.seed`. */
  seed?: Seed | undefined
  /** Share of each target spread evenly over the classes, in [0, 1); cross-entropies only; default 0. */
  labelSmoothing?: number | undefined
  /** Error at which huber turns from quadratic to linear; default 1. */
  huberDelta?: number | undefined
  /** Which engine trains; the bits are the same. */
  engine?: EngineName | undefined
}

/** A checked configuration. */
export interface NetworkSpec extends TrainerSpec {
  readonly layers: readonly Dense[]
  readonly engine: EngineName | undefined
  /** Units of the last layer. */
  readonly units: number
}

const OPTIONS = ['inputs', 'layers', 'loss', 'seed', 'labelSmoothing', 'huberDelta', 'engine']

/**
 * Checks a network's configuration and fills in the defaults.
 *
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_INVALID_SEED`, `ERR_UNKNOWN_INITIALIZER` naming the argument.
 */
export function readNetwork(config: unknown): NetworkSpec {
  const o = readOptions(config, OPTIONS, 'config')
  const layers = readLayers(o['layers'])
  return Object.freeze({
    inputs: integer(o['inputs'], 'inputs', 1, 2 ** 31 - 1),
    layers,
    units: (layers.at(-1) as Dense).units,
    loss: oneOf(o['loss'], 'loss', LOSSES),
    seed: o['seed'] === undefined ? entropySeed() : seedOf(o['seed']),
    labelSmoothing: readSmoothing(o['labelSmoothing'] ?? 0, o['loss']),
    huberDelta: positive(o['huberDelta'] ?? 1, 'huberDelta'),
    engine: o['engine'] === undefined ? undefined : checkEngine(o['engine']),
  })
}

function readLayers(value: unknown): Dense[] {
  const entries = readArray(value, 'layers', 'ERR_INVALID_ARGUMENT', 65536)
  if (entries.length === 0)
    throw rangeError('ERR_INVALID_ARGUMENT', 'layers must hold at least one layer, got none')
  const layers = entries.map((entry, i) => readDense(entry, `layers[${i}]`, `dense_${i + 1}`))
  const names = new Set<string>()
  for (const { name } of layers) {
    if (names.has(name))
      throw rangeError('ERR_INVALID_ARGUMENT', `layers must have distinct names, got ${show(name)} twice`)
    names.add(name)
  }
  return layers
}

function readSmoothing(value: unknown, loss: unknown): number {
  const share = belowOne(value, 'labelSmoothing')
  if (share === 0 || String(loss).endsWith('CrossEntropy')) return share
  throw typeError('ERR_INVALID_ARGUMENT', `labelSmoothing is of the cross-entropies, not of ${String(loss)}`)
}

/** A configuration as JSON, every default filled in; the seed is a decimal string. */
export function networkToJSON(spec: NetworkSpec): Record<string, unknown> {
  const { inputs, layers, loss, seed, labelSmoothing, huberDelta } = spec
  return { inputs, layers: layers.map(layerToJSON), loss, seed: String(seed), labelSmoothing, huberDelta }
}

function layerToJSON(layer: Dense): Record<string, unknown> {
  const { kernelInitializer, biasInitializer, l1, l2, ...rest } = layer
  return {
    ...rest,
    kernelInitializer: kernelInitializer.toJSON(),
    biasInitializer: biasInitializer.toJSON(),
    kernelRegularizer: { l1, l2 },
  }
}
