export { constant, ones, zeros } from './constant.js'
export type { CommonOptions, ConstantOptions, NestedArray } from './constant.js'
export { computeFans } from './fans.js'
export type { Fans } from './fans.js'
export { embedding } from './embedding.js'
export type { EmbeddingOptions } from './embedding.js'
export { gabor, gaussian, laplacian, sobel } from './filters.js'
export type { GaborOptions, GaussianOptions } from './filters.js'
export { fixup } from './fixup.js'
export type { FixupOptions } from './fixup.js'
export { fourierFeatures } from './fourier-features.js'
export type { FourierFeaturesOptions } from './fourier-features.js'
export { fromPretrained } from './from-pretrained.js'
export type { PretrainedOptions, PretrainedTensor } from './from-pretrained.js'
export { grow } from './grow.js'
export type { GrowLayers, GrowOptions } from './grow.js'
export { calculateGain } from './gains.js'
export type { Nonlinearity } from './gains.js'
export { icnr } from './icnr.js'
export type { IcnrOptions } from './icnr.js'
export { idInit } from './id-init.js'
export type { IdInitOptions } from './id-init.js'
export { dirac, eye, identity, irnn, partialIdentity } from './identity.js'
export type { DiracOptions, IdentityOptions } from './identity.js'
export { impulse } from './impulse.js'
export type { ImpulseOptions } from './impulse.js'
export type {
  AxesLayout,
  BaseLayout,
  DepthwiseLayout,
  ExplicitFans,
  GatesLayout,
  GroupedLayout,
  LayerLayout,
  Layout,
  ProductLayout,
  TransposedLayout,
} from './layouts.js'
export { lora } from './lora.js'
export type { LoraOptions } from './lora.js'
export { olora, oloraAsync, pissa, pissaAsync } from './low-rank.js'
export type { LowRank, LowRankOptions } from './low-rank.js'
export { lsuv } from './lsuv.js'
export type { LsuvLayer, LsuvOptions } from './lsuv.js'
export { lstm } from './lstm.js'
export type { LstmInitializers, LstmOptions } from './lstm.js'
export { mamba } from './mamba.js'
export type { MambaOptions } from './mamba.js'
export {
  orthogonalityError,
  orthogonalityErrorAsync,
  singularValues,
  singularValuesAsync,
  spectralNorm,
  spectralNormAsync,
} from './measures.js'
export type { MeasureOptions } from './measures.js'
export { mel } from './mel.js'
export type { MelOptions } from './mel.js'
export { mimetic } from './mimetic.js'
export type { MimeticOptions, MimeticPart } from './mimetic.js'
export { convOrthogonal, deltaOrthogonal, orthogonal, specialOrthogonal } from './orthogonal.js'
export type { OrthogonalOptions } from './orthogonal.js'
export { pca, pcaAsync, zca, zcaAsync } from './principal-axes.js'
export type { Observations, PcaOptions, Projection } from './principal-axes.js'
export { resizeEmbedding, resizeEmbeddingAsync } from './resize-embedding.js'
export type { ResizeOptions } from './resize-embedding.js'
export { randomNormal, randomUniform } from './random.js'
export type { RandomNormalOptions, RandomOptions, RandomUniformOptions } from './random.js'
export { chrono, lstmBias } from './recurrent.js'
export type { ChronoOptions, LstmBiasOptions } from './recurrent.js'
export { cycleReservoir, delayLine, reservoir } from './reservoir.js'
export type { CycleOptions, DelayLineOptions, ReservoirOptions } from './reservoir.js'
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
export { spectralNormal } from './spectral-normal.js'
export type { SpectralNormalOptions } from './spectral-normal.js'
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
export { daubechies, dct, haar, stft } from './transforms.js'
export type { DaubechiesOptions, StftOptions } from './transforms.js'
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
