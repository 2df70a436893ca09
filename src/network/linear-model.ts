import type { EngineName } from '../engine/select.js'
import { integer, nonNegative, oneOf, readOptions, type Seed } from '../validate.js'
import type { Features, Targets } from './data.js'
import type { FitOptions, PartialFitOptions, SourceOptions } from './fit-options.js'
import type { History } from './history.js'
import { classes } from './metrics.js'
import { Network, type EvaluateOptions, type Metrics } from './network.js'
import type { RowSource } from './source.js'

/** Loss of each kind of linear model. */
const LOSS = {
  logistic: 'sigmoidCrossEntropy',
  softmax: 'softmaxCrossEntropy',
  ridge: 'meanSquaredError',
  hinge: 'hinge',
} as const

export interface LinearModelConfig {
  /** Features of a row. */
  inputs: number
  /**
   * 'logistic': two classes by one output; 'softmax': `outputs` classes; 'ridge': `outputs` numbers by least squares;
   * 'hinge': a support vector machine, one output for two classes, else one against the rest.
   */
  kind: keyof typeof LOSS
  /** Default 1; 'softmax' needs at least 2. */
  outputs?: number | undefined
  /** Penalty on the squared weights (not the intercept), added to the mean loss as `l2 * sum w^2`; default 0. */
  l2?: number | undefined
  /** Whether there is an intercept; default true. */
  useBias?: boolean | undefined
  /** Of the order of rows; default random. */
  seed?: Seed | undefined
  engine?: EngineName | undefined
}

/**
 * A linear model trained by stochastic gradient descent, as scikit-learn's `SGDClassifier` and `SGDRegressor`: the
 * one-layer case of `Network`, starting from zeros (its loss is convex: there is no symmetry to break).
 */
export class LinearModel {
  /** The network that it is: for `weights`, `save` and everything else. */
  readonly network: Network
  readonly #kind: keyof typeof LOSS
  readonly #outputs: number

  /** @throws `ERR_INVALID_ARGUMENT`, `ERR_INVALID_SEED` */
  constructor(config: LinearModelConfig) {
    const names = ['inputs', 'kind', 'outputs', 'l2', 'useBias', 'seed', 'engine']
    const { inputs, kind, outputs, l2, useBias, ...rest } = readOptions(config, names, 'config')
    this.#kind = oneOf(kind, 'kind', ['logistic', 'softmax', 'ridge', 'hinge'])
    this.#outputs = integer(outputs ?? 1, 'outputs', this.#kind === 'softmax' ? 2 : 1)
    const layer = {
      units: this.#outputs,
      name: 'linear',
      kernelInitializer: 'zeros',
      useBias: (useBias ?? true) as boolean,
      kernelRegularizer: { l2: nonNegative(l2 ?? 0, 'l2') },
    }
    this.network = new Network({ inputs: inputs as number, layers: [layer], loss: LOSS[this.#kind], ...rest })
  }

  /** As `Network.fit`. */
  fit(x: Features, y: Targets, options?: FitOptions): Promise<History>
  fit(source: RowSource, options?: SourceOptions): Promise<History>
  fit(x: Features | RowSource, y?: Targets | SourceOptions, options?: FitOptions): Promise<History> {
    return this.network.fit(x as Features, y as Targets, options)
  }

  /** As `Network.partialFit`: one more pass over these rows, in their order. */
  partialFit(x: Features, y: Targets, options?: PartialFitOptions): Promise<Metrics> {
    return this.network.partialFit(x, y, options)
  }

  /** As `Network.evaluate`. */
  evaluate(x: Features, y: Targets, options?: EvaluateOptions): Promise<Metrics> {
    return this.network.evaluate(x, y, options)
  }

  /** Logits, scores or predicted numbers `[rows, outputs]`. */
  decision(x: Features, options?: EvaluateOptions): Promise<Float32Array> {
    return this.network.predict(x, options)
  }

  /** The class of each row; for ridge the numbers themselves. */
  async predict(x: Features, options?: EvaluateOptions): Promise<Int32Array | Float32Array> {
    const outputs = await this.decision(x, options)
    return this.#kind === 'ridge' ? outputs : classes(outputs, outputs.length / this.#outputs)
  }
}
