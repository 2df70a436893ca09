/**
 * Training as an engine sees it: a network's parameters in the engine's own memory, data bound once, and a loop that
 * runs in slices. All policy (callbacks, schedules over epochs, early stopping, checkpoints) lives in the facade,
 * between slices; the bits of the parameters never depend on how the run was sliced.
 */
export type ActivationName =
  'linear' | 'relu' | 'leakyRelu' | 'elu' | 'gelu' | 'silu' | 'tanh' | 'sigmoid' | 'softplus'

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

export interface RunSpec {
  readonly optimizer: OptimizerSpec
  readonly batchSize: number
  readonly shuffle: boolean
  /** Upper bound on threads; the bits never depend on it. */
  readonly threads: number
}

/** Where a run stands: `step` counts batches within `epoch`. */
export interface Position {
  readonly epoch: number
  readonly step: number
}

/** Sums over the rows of the epoch so far, in f64 and fixed order. */
export interface EpochTotals {
  readonly rows: number
  readonly loss: number
  /** Rows whose largest (or thresholded) output is the label; 0 for regression. */
  readonly correct: number
}

export interface Evaluation {
  readonly loss: number
  readonly correct: number
  readonly rows: number
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
  /** Binds the training rows (copied) and plans every workspace; the optimizer starts afresh until `setState`. */
  bind(data: TrainerData, run: RunSpec): void
  /**
   * Trains from `from` within its epoch for at most `steps` batches with one learning rate a batch, and at most about
   * `milliseconds`; stops at the epoch's end. Rejects with `ERR_NOT_FINITE` when the loss is NaN or infinite (the
   * parameters are then those before the batch) or a parameter is at the end of the stretch.
   */
  run(
    from: Position,
    learningRates: Float64Array,
    milliseconds: number,
  ): Promise<{ steps: number; totals: EpochTotals }>
  /** Totals of the epoch so far must be set again when a run resumes in the middle of an epoch. */
  setTotals(totals: EpochTotals): void
  evaluate(data: TrainerData, threads: number): Promise<Evaluation>
  /** Outputs of the last layer [rows, units], after its activation (softmax and sigmoid losses: probabilities are the facade's). */
  predict(x: Float32Array, rows: number, threads: number): Promise<Float32Array>
  /** Frees the engine's memory at once; the trainer can't be used afterwards. */
  dispose(): void
}
