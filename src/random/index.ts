export type { ChoiceOptions } from './choice.js'
export { Generator } from './generator.js'
export type { GeneratorState } from './generator.js'
export type {
  BernoulliOptions,
  FloatOptions,
  IntegersOptions,
  NormalOptions,
  RangeOptions,
  StreamOptions,
  TruncatedNormalOptions,
  UniformOptions,
} from './options.js'
export {
  normal,
  normalAsync,
  permutation,
  permutationAsync,
  sample,
  sampleAsync,
  truncatedNormalAsync,
  uniform,
  uniformAsync,
} from './pure.js'
export type { ArrayOf, Dtype, Filled, Float16ArrayLike, FloatArray } from './output.js'
export type { Distribution, DistributionParams } from './distributions.js'
export type { TypedArray } from './shuffle.js'
