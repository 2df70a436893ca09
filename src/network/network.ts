import { type AsyncOptions, oneCall, unlessAborted } from '../async/watch.js'
import type { EngineName } from '../engine/select.js'
import type { Totals } from '../engine/trainer.js'
import { allocate, readOptions } from '../validate.js'
import { networkToJSON, readNetwork, type NetworkConfig, type NetworkSpec } from './config.js'
import { isClassifier, readData, readFeatures, type Features, type Targets } from './data.js'
import { loadNetwork, type SaveOptions, saveNetwork } from './file.js'
import {
  PARTIAL_FIT_OPTIONS,
  readEngine,
  readFit,
  readSourceFit,
  readThreads,
  type FitOptions,
  type PartialFitOptions,
  type SourceOptions,
} from './fit-options.js'
import type { History } from './history.js'
import { fromMap, initialValues, parametersOf, toMap, type Parameter } from './parameters.js'
import type { Rows } from './rows.js'
import { Session } from './session.js'
import { isSource, type RowSource } from './source.js'
import { Trainings } from './trainings.js'

/** Loss, and accuracy of a classifier. */
export interface Metrics {
  loss: number
  accuracy?: number
}

/** Options of `evaluate` and `predict`. */
export interface EvaluateOptions extends AsyncOptions {
  /** Upper bound on threads; the results do not depend on it. */
  threads?: number | undefined
  /** Which engine works; the results do not depend on it. Default: the one that trained last, else the network's. */
  engine?: EngineName | undefined
}

/**
 * A feed-forward network of dense layers, trained by mini-batch gradient descent. Its initial weights, the order of
 * rows and the dropout masks follow from its seed: the same configuration and data give the same weights to the bit,
 * on every engine and for any number of threads.
 *
 * @example
 * const net = new Network({ inputs: 64, layers: [dense(32, { activation: 'relu' }), dense(10)],
 *   loss: 'softmaxCrossEntropy', seed: 7 })
 * const { history } = await net.fit(x, y, { epochs: 30, optimizer: sgd({ learningRate: 0.1 }) })
 */
export class Network {
  readonly #spec: NetworkSpec
  readonly #parameters: readonly Parameter[]
  readonly #session: Session
  readonly #trainings: Trainings

  /** @throws `ERR_INVALID_ARGUMENT`, `ERR_INVALID_SEED`, `ERR_UNKNOWN_INITIALIZER`, `ERR_OUT_OF_MEMORY` */
  constructor(config: NetworkConfig) {
    this.#spec = readNetwork(config)
    this.#parameters = parametersOf(this.#spec)
    this.#session = new Session(this.#spec, initialValues(this.#spec, this.#parameters))
    this.#trainings = new Trainings(this, this.#session)
  }

  /**
   * Reads a network that `save` wrote.
   *
   * @throws `ERR_BAD_FILE`, `ERR_IO`, `ERR_ABORTED`
   */
  static load(path: string, options?: AsyncOptions): Promise<Network> {
    return loadNetwork(path, options)
  }

  /** The seed, given or drawn. */
  get seed(): bigint {
    return this.#spec.seed
  }

  /** Number of weights and biases. */
  get parameterCount(): number {
    return this.#session.parameters.length
  }

  /**
   * Copies of all weights by name: `dense_1/kernel` `[inputs, units]`, `dense_1/bias` `[units]`, ... While a `fit` runs,
   * those after its latest stretch of batches.
   */
  get weights(): Map<string, Float32Array> {
    return toMap(this.#parameters, this.#session.parameters)
  }

  /** Shapes of all weights by name. */
  get shapes(): Map<string, readonly number[]> {
    return new Map(this.#parameters.map(({ name, shape }) => [name, shape]))
  }

  /**
   * Replaces the weights that `map` names; the others stay. Nothing is changed unless all of it is right. A running
   * `fit` goes on from the new weights.
   *
   * @throws `ERR_INVALID_ARGUMENT` naming every unknown name and wrong length.
   */
  setWeights(map: ReadonlyMap<string, Float32Array>): void {
    this.#session.parameters = fromMap(this.#parameters, this.#session.parameters, map)
  }

  /**
   * Trains on rows `x` with labels or targets `y`.
   *
   * @returns metrics by epoch: `loss`, `accuracy` for classifiers, `val_loss`, `val_accuracy` with validation rows.
   * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH` before anything is touched; `ERR_ABORTED` when stopped by the
   *   signal, with the weights of the last batch done; the very error of a callback that throws.
   */
  fit(x: Features, y: Targets, options?: FitOptions): Promise<History>
  /**
   * Trains on batches of rows that come from a source, which may hold more than memory does. With `shuffle`, each part
   * of `bufferRows` rows is taken in a random order; where one part holds all, the weights are those of `fit` on arrays.
   */
  fit(source: RowSource, options?: SourceOptions): Promise<History>
  async fit(x: Features | RowSource, y?: Targets | SourceOptions, options?: FitOptions): Promise<History> {
    if (isSource(x) && !isTargets(y)) return this.#trainings.fit(readSourceFit(this.#spec, x, y))
    const rows = this.rows(x, y)
    return this.fitRows(rows, options).finally(() => rows.dispose())
  }

  /** @internal Checked rows, for `fitRows` and `evaluateRows` of any network of this kind. */
  rows(x: unknown, y: unknown): Rows {
    return readData(this.#spec, x, y)
  }

  /** @internal `fit` on rows that have been checked. */
  async fitRows(rows: Rows, options?: FitOptions): Promise<History> {
    const plan = readFit(this.#spec, rows, options)
    return this.#trainings.fit(plan).finally(() => {
      if (plan.feed.rows !== rows) plan.feed.rows?.dispose()
    })
  }

  /**
   * One pass over the rows in their order, for data that come piece by piece (scikit-learn's `partial_fit`). The
   * optimizer goes on from the pass before, as long as it is the same one, and so does its schedule.
   *
   * @returns the metrics of the pass
   * @throws as `fit`
   */
  async partialFit(x: Features, y: Targets, options?: PartialFitOptions): Promise<Metrics> {
    const checked = readOptions(options, PARTIAL_FIT_OPTIONS)
    const { history } = await this.#trainings.pass(this.rows(x, y), checked)
    const [accuracy] = history['accuracy'] ?? []
    return { loss: history.loss[0] as number, ...(accuracy !== undefined && { accuracy }) }
  }

  /** Mean loss over rows (with the layers' penalties, without dropout) and, for classifiers, the share of right ones. */
  async evaluate(x: Features, y: Targets, options?: EvaluateOptions): Promise<Metrics> {
    const rows = this.rows(x, y)
    return this.evaluateRows(rows, options).finally(() => rows.dispose())
  }

  /** @internal `evaluate` on rows that have been checked. */
  async evaluateRows(rows: Rows, options?: EvaluateOptions): Promise<Metrics> {
    const evaluate: Measure<Totals> = (threads, engine) => this.#session.evaluate(rows, threads, engine)
    return this.logsOf(await measure(options, evaluate))
  }

  /**
   * The last layer's outputs `[rows, units]`. The cross-entropy losses work on logits, so for a classifier with a
   * linear last layer these are logits; `classes` turns them into labels.
   */
  async predict(x: Features, options?: EvaluateOptions): Promise<Float32Array> {
    return measure(options, (threads, engine) => {
      const { x: given, rows } = readFeatures(x, this.#spec.inputs, 'x')
      // Now, before whoever owns them can change them.
      const copy = allocate(`${rows} rows`, () => given.slice())
      return this.#session.predict(copy, rows, threads, engine)
    })
  }

  /**
   * Writes weights, configuration and seed as one safetensors file, through a temporary file.
   *
   * @throws `ERR_INVALID_ARGUMENT`, `ERR_INVALID_PATH`, `ERR_IO`, `ERR_ABORTED`
   */
  save(path: string, options?: SaveOptions): Promise<void> {
    return saveNetwork(this, path, options)
  }

  /** The configuration, defaults filled in and the seed as a string: `Network.load` starts from it. */
  toJSON(): Record<string, unknown> {
    return networkToJSON(this.#spec)
  }

  /** Frees the engine's memory now (or as soon as a running `fit` has ended) rather than with the object, which stays usable. */
  dispose(): void {
    this.#trainings.dispose()
  }

  /** @internal Means of sums over rows. */
  logsOf({ loss, correct, rows }: Totals): Metrics & Record<string, number> {
    return { loss: loss / rows, ...(isClassifier(this.#spec.loss) && { accuracy: correct / rows }) }
  }
}

/** Whether the second argument of `fit` are answers, not options. */
function isTargets(value: unknown): boolean {
  return ArrayBuffer.isView(value) || Array.isArray(value) || 'shape' in Object(value)
}

/** Work that changes nothing, on so many threads at most (0: as many as the engine likes). */
type Measure<T> = (threads: number, engine: EngineName | undefined) => Promise<T>

async function measure<T>(options: EvaluateOptions | undefined, work: Measure<T>): Promise<T> {
  return oneCall(options, ['threads', 'engine'], async ({ threads, engine }, { signal }) =>
    unlessAborted(work(readThreads(threads), readEngine(engine)), signal),
  )
}
