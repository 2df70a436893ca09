export type { ActivationName, LossName } from '../engine/trainer.js'
export * from './callbacks/index.js'
export type { NetworkConfig } from './config.js'
export type { ClassWeight, Examples, Features, Targets, Tensor } from './data.js'
export { dense, type DenseConfig, type DenseOptions, type Regularizer } from './dense.js'
export type { FitOptions, PartialFitOptions, SourceOptions } from './fit-options.js'
export type { SaveOptions } from './file.js'
export type { History } from './history.js'
export { LinearModel, type LinearModelConfig } from './linear-model.js'
export { accuracy, auc, classes, confusionMatrix, r2, topKAccuracy, type Labels } from './metrics.js'
export { Network, type EvaluateOptions, type Metrics } from './network.js'
export {
  adam,
  adamW,
  rmsprop,
  sgd,
  type AdamOptions,
  type Optimizer,
  type OptimizerOptions,
  type RmspropOptions,
  type SgdOptions,
} from './optimizers.js'
export {
  constantRate,
  cosineDecay,
  exponentialDecay,
  oneCycle,
  polynomialDecay,
  stepDecay,
  tableRate,
  type CosineOptions,
  type OneCycleOptions,
  type Schedule,
  type ScheduleOptions,
  type Unit as ScheduleUnit,
} from './schedules.js'
export type { RowBatch, RowBatches, RowSource } from './source.js'
export type { Outcome, TrainingRun } from './training-run.js'
