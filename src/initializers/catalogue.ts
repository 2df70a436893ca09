import { CONSTANT, ONES, ZEROS } from './constant.js'
import type { Definition } from './definition.js'
import { GABOR, GAUSSIAN, LAPLACIAN, SOBEL_BANK } from './filters.js'
import { EMBEDDING } from './embedding.js'
import { FIXUP } from './fixup.js'
import { FOURIER_FEATURES } from './fourier-features.js'
import { PRETRAINED } from './from-pretrained.js'
import { ICNR } from './icnr.js'
import { ID_INIT } from './id-init.js'
import { DIRAC, EYE, IDENTITY } from './identity.js'
import { IMPULSE } from './impulse.js'
import { LORA } from './lora.js'
import { MAMBA } from './mamba.js'
import { MEL } from './mel.js'
import { MIMETIC } from './mimetic.js'
import { CONV_ORTHOGONAL, DELTA_ORTHOGONAL, ORTHOGONAL, SPECIAL_ORTHOGONAL } from './orthogonal.js'
import { RANDOM_NORMAL, RANDOM_UNIFORM, TRUNCATED_NORMAL } from './random.js'
import { CHRONO, LSTM_BIAS } from './recurrent.js'
import { CYCLE, DELAY_LINE, RESERVOIR } from './reservoir.js'
import {
  GLOROT_NORMAL,
  GLOROT_UNIFORM,
  HE_NORMAL,
  HE_UNIFORM,
  LECUN_NORMAL,
  LECUN_UNIFORM,
  VARIANCE_SCALING,
} from './scaling.js'
import { SIREN } from './siren.js'
import { SPARSE } from './sparse.js'
import { SPECTRAL_NORMAL } from './spectral-normal.js'
import { BILINEAR, HIPPO, ZERO_HADAMARD } from './structured.js'
import {
  KAIMING_NORMAL,
  KAIMING_UNIFORM,
  TORCH_DEFAULT,
  TRUNC_NORMAL,
  XAVIER_NORMAL,
  XAVIER_UNIFORM,
} from './torch.js'
import { DAUBECHIES, DCT, HAAR, STFT } from './transforms.js'
import { DEEP_NORM, GPT2, LAYER_SCALE, MITCHELL, SMALL_INIT, SUB_LN, WANG } from './transformer.js'

const DEFINITIONS = [
  ZEROS,
  ONES,
  CONSTANT,
  IDENTITY,
  RANDOM_NORMAL,
  RANDOM_UNIFORM,
  TRUNCATED_NORMAL,
  VARIANCE_SCALING,
  ORTHOGONAL,
  GLOROT_UNIFORM,
  GLOROT_NORMAL,
  HE_UNIFORM,
  HE_NORMAL,
  LECUN_UNIFORM,
  LECUN_NORMAL,
  XAVIER_UNIFORM,
  XAVIER_NORMAL,
  KAIMING_UNIFORM,
  KAIMING_NORMAL,
  TORCH_DEFAULT,
  TRUNC_NORMAL,
  EYE,
  DIRAC,
  SPARSE,
  EMBEDDING,
  SPECIAL_ORTHOGONAL,
  DELTA_ORTHOGONAL,
  CONV_ORTHOGONAL,
  GPT2,
  SMALL_INIT,
  WANG,
  MITCHELL,
  DEEP_NORM,
  SUB_LN,
  LAYER_SCALE,
  FIXUP,
  SIREN,
  LSTM_BIAS,
  CHRONO,
  ZERO_HADAMARD,
  BILINEAR,
  HIPPO,
  SPECTRAL_NORMAL,
  ID_INIT,
  IMPULSE,
  ICNR,
  MIMETIC,
  FOURIER_FEATURES,
  MAMBA,
  LORA,
  PRETRAINED,
  RESERVOIR,
  DELAY_LINE,
  CYCLE,
  SOBEL_BANK,
  LAPLACIAN,
  GAUSSIAN,
  GABOR,
  DCT,
  HAAR,
  DAUBECHIES,
  STFT,
  MEL,
]

/**
 * Every built-in initializer. A definition's parameters are its own affair: nothing here calls `law` but through
 * `CatalogueInitializer`, which reads the parameters by the same definition.
 */
export const CATALOGUE = DEFINITIONS as unknown as readonly Definition<object>[]
