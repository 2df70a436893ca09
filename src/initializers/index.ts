export { constant, ones, zeros } from './constant.js'
export type { CommonOptions, ConstantOptions, NestedArray } from './constant.js'
export { computeFans } from './fans.js'
export type { Fans } from './fans.js'
export { fixup } from './fixup.js'
export type { FixupOptions } from './fixup.js'
export { calculateGain } from './gains.js'
export type { Nonlinearity } from './gains.js'
export { dirac, eye, identity } from './identity.js'
export type { DiracOptions, IdentityOptions } from './identity.js'
export type {
  AxesLayout,
  BaseLayout,
  DepthwiseLayout,
  ExplicitFans,
  GatesLayout,
  GroupedLayout,
  Layout,
  ProductLayout,
  TransposedLayout,
} from './layouts.js'
export { convOrthogonal, deltaOrthogonal, orthogonal, specialOrthogonal } from './orthogonal.js'
export type { OrthogonalOptions } from './orthogonal.js'
export { randomNormal, randomUniform } from './random.js'
export type { RandomNormalOptions, RandomOptions, RandomUniformOptions } from './random.js'
export { chrono, lstmBias } from './recurrent.js'
export type { ChronoOptions, LstmBiasOptions } from './recurrent.js'
export { initializer, registerInitializer } from './registry.js'
export type { InitializerFactory, InitializerLike, KerasConfig, TfjsConfig } from './registry.js'
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  lecunNormal,
  lecunUniform,
  varianceScaling,
} from './scaling.js'
export type { FanMode, ScalingDistribution, ScalingOptions, VarianceScalingOptions } from './scaling.js'
export { siren } from './siren.js'
export type { SirenOptions } from './siren.js'
export { sparse } from './sparse.js'
export type { SparseOptions } from './sparse.js'
export {
  kaimingNormal,
  kaimingUniform,
  torchDefault,
  truncNormal,
  xavierNormal,
  xavierUniform,
} from './torch.js'
export type { KaimingOptions, TruncNormalOptions, XavierOptions } from './torch.js'
export { bilinear, hippo, zerO } from './structured.js'
export type { HippoOptions } from './structured.js'
export { deepNorm, gpt2, layerScale, mitchell, smallInit, subLN, wang } from './transformer.js'
export type {
  Gpt2Options,
  LayerScaleOptions,
  MitchellOptions,
  TransformerDepthOptions,
  WangOptions,
  WidthOptions,
} from './transformer.js'
export { truncatedNormal } from './truncated-normal.js'
export type { CreateOptions, Description, Initializer, InitializerConfig, Json } from './types.js'
