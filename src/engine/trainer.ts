/**
 * Training as an engine sees it: a network's parameters in the engine's own memory, data bound once, and a loop that
 * runs in slices. All policy (callbacks, schedules over epochs, early stopping, checkpoints) lives in the facade,
 * between slices; the bits of the parameters never depend on how the run was sliced.
 */

/** Activations of a layer, by their names. */
export const ACTIVATIONS = [
  'linear',
  'relu',
  'leakyRelu',
  'elu',
  'gelu',
  'silu',
  'tanh',
  'sigmoid',
  'softplus',
] as const

export type ActivationName = (typeof ACTIVATIONS)[number]

export type LossName =
  'softmaxCrossEntropy' | 'sigmoidCrossEntropy' | 'meanSquaredError' | 'meanAbsoluteError' | 'huber' | 'hinge'

export interface LayerSpec {
  readonly units: number
  readonly activation: ActivationName
  /** Slope of leakyRelu, alpha of elu. */
  readonly slope: number
  readonly useBias: boolean
  /** L1 and L2 factors on the kernel, added to the loss as in Keras. */
  readonly l1: number
  readonly l2: number
  /** Probability that an output of this layer is dropped in training. */
  readonly dropout: number
  /** Stream (s0, s1 by epoch) of the dropout mask is `<name>/dropout/<epoch>`. */
  readonly name: string
  readonly trainable: boolean
}

export interface TrainerSpec {
  readonly seed: bigint
  readonly inputs: number
  readonly layers: readonly LayerSpec[]
  readonly loss: LossName
  readonly labelSmoothing: number
  /** Threshold between the quadratic and the linear part of huber. */
  readonly huberDelta: number
}

export interface OptimizerSpec {
  readonly kind: 'sgd' | 'adam' | 'adamW' | 'rmsprop'
  readonly momentum: number
  readonly dampening: number
  readonly nesterov: boolean
  readonly weightDecay: number
  /** Weight decay multiplies the weights (AdamW, decoupled SGD) instead of joining the gradient. */
  readonly decoupled: boolean
  readonly beta1: number
  readonly beta2: number
  readonly alpha: number
  readonly epsilon: number
  /** Global 2-norm bound, 0 for none. */
  readonly clipNorm: number
  /** Bound on each gradient element, 0 for none. */
  readonly clipValue: number
  /** Steps whose gradients are averaged before one update. */
  readonly accumulate: number
}

/** Rows and targets, in C order. `labels` for class indices, else `targets`. */
export interface TrainerData {
  readonly x: Float32Array
  readonly rows: number
  readonly labels?: Int32Array | undefined
  readonly targets?: Float32Array | undefined
  /** One weight a row (sample weight times class weight). */
  readonly weights?: Float32Array | undefined
}

/** What of a network its rows depend on. */
export interface RowsSpec {
  readonly inputs: number
  /** Outputs of a row. */
  readonly units: number
  readonly loss: LossName
}

/** Classes that labels tell apart: a single output does two, but for softmax, whose outputs are a class each. */
export function classesOf(units: number, loss: LossName): number {
  return loss === 'softmaxCrossEntropy' ? units : Math.max(2, units)
}

/** Rows in an engine's own memory, copied once and read by any number of its trainers. */
export interface TrainerRows {
  readonly rows: number
  /** Frees the memory, once no trainer uses it. */
  dispose(): void
}

/** A part of every epoch's rows, where not all are bound at once: its number, and the rows of the epoch before it. */
export interface Window {
  readonly number: number
  readonly first: number
}

export interface RunSpec {
  readonly optimizer: OptimizerSpec
  readonly batchSize: number
  readonly shuffle: boolean
  /** Upper bound on threads, 0 for the engine's default; the bits never depend on it. */
  readonly threads: number
  readonly window: Window
}

/** Where a run stands: `step` counts batches of the bound rows. */
export interface Position {
  readonly epoch: number
  readonly step: number
}

/** Sums over rows, of the epoch so far or of those measured, in f64 and fixed order. */
export interface Totals {
  readonly rows: number
  readonly loss: number
  /** Rows whose largest (or thresholded) output is the label; 0 for regression. */
  readonly correct: number
}

/** What a stretch of training did: batches, and the sums over each epoch that it touched. */
export interface Stretch {
  readonly steps: number
  readonly totals: readonly Totals[]
  /** Of the validation rows, after each epoch that was completed. */
  readonly validation: readonly Totals[]
}

/** Rows that are measured after each epoch. */
export interface Validation {
  readonly rows: TrainerRows
  readonly threads: number
}

export interface Trainer {
  /** Length of the flat parameter vector: per layer, kernel [in, out] in C order, then bias [out]. */
  readonly parameterCount: number
  getParameters(): Float32Array
  setParameters(values: Float32Array): void
  /**
   * Optimizer state as one flat array: step count, what the rule remembers, gradients that wait; empty before the first
   * step. Both engines read each other's.
   */
  getState(): Float32Array
  setState(values: Float32Array): void
  /** Takes rows of its engine and plans every workspace; the optimizer starts afresh until `setState`. */
  bind(rows: TrainerRows, run: RunSpec): void
  /**
   * Trains from `from` on with one learning rate a batch and for at most about `milliseconds`; where there are more
   * rates than batches left, on into the next epochs, which take the same rows. Measures `validation` after each
   * epoch. Rejects with `ERR_NOT_FINITE` when the loss is NaN or infinite (the parameters are then those before the
   * batch) or a parameter is at the end of the stretch.
   */
  run(
    from: Position,
    learningRates: Float64Array,
    milliseconds: number,
    validation?: Validation,
  ): Promise<Stretch>
  /** Totals of the epoch so far must be set again when a run resumes in the middle of an epoch. */
  setTotals(totals: Totals): void
  evaluate(rows: TrainerRows, threads: number): Promise<Totals>
  /** Outputs of the last layer [rows, units], after its activation (softmax and sigmoid losses: probabilities are the facade's). */
  predict(x: Float32Array, rows: number, threads: number): Promise<Float32Array>
  /** Frees the engine's memory, once no call is on its way; the trainer can't be used afterwards. */
  dispose(): void
}
