import type { DiagonalLaw } from '../engine/law.js'
import { rangeError } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define } from './definition.js'
import { centreTap, kernelView } from './kernel-view.js'
import { real, whole } from './params.js'
import type { Initializer } from './types.js'

export interface IdentityOptions extends CommonOptions {
  /** Value on the diagonal. Default: 1. */
  gain?: number | undefined
}

export interface DiracOptions extends CommonOptions {
  /** Groups of output channels, each of which keeps the first input channels. Default: 1. */
  groups?: number | undefined
}

function diagonalOf([rows = 0, columns = 0]: readonly number[], gain: number): DiagonalLaw {
  const count = Math.min(rows, columns)
  return { kind: 'diagonal', gain, start: 0, stride: columns + 1, count, groups: 1, groupStride: 0 }
}

export const IDENTITY = define<{ gain: number }>({
  className: 'Identity',
  aliases: ['IdentityInitializer', 'partialIdentity', 'irnn'],
  random: false,
  params: { gain: real(1) },
  law: ({ gain }, target) => {
    target.requireRank(2, 2)
    return diagonalOf(target.shape, gain)
  },
})

export const EYE = define<object>({
  className: 'Eye',
  random: false,
  params: {},
  law: (_, target) => {
    target.requireRank(2, 2)
    return diagonalOf(target.shape, 1)
  },
})

export const DIRAC = define<{ groups: number }>({
  className: 'Dirac',
  random: false,
  params: { groups: whole(1, 1) },
  law: ({ groups }, { shape, layout }) => {
    const { kernel, inChannels, outChannels, tapStride, inStride, outStride } = kernelView(shape, layout)
    if (outChannels % groups !== 0) {
      throw rangeError(
        'ERR_INVALID_SHAPE',
        `shape's ${outChannels} output channels must be divisible by ${groups} groups`,
      )
    }
    const perGroup = outChannels / groups
    return {
      kind: 'diagonal',
      gain: 1,
      start: centreTap(kernel, (size) => size >> 1) * tapStride,
      stride: inStride + outStride,
      count: kernel.includes(0) ? 0 : Math.min(perGroup, inChannels),
      groups,
      groupStride: perGroup * outStride,
    }
  },
})

/**
 * `gain` on the diagonal of a matrix of any two sizes, else 0, as `keras.initializers.Identity`. Rank 2 only.
 */
export function identity(options?: IdentityOptions): Initializer {
  return new CatalogueInitializer(IDENTITY, options)
}

/** As `identity`, by the name that says that the two sizes may differ. */
export function partialIdentity(options?: IdentityOptions): Initializer {
  return identity(options)
}

/** As `identity`: the recurrent kernel of a network of relu units that remembers (Le, Jaitly and Hinton 2015). */
export function irnn(options?: IdentityOptions): Initializer {
  return identity(options)
}

/** 1 on the diagonal of a matrix, else 0, as `torch.nn.init.eye_`. Rank 2 only. */
export function eye(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(EYE, options)
}

/**
 * A convolution that passes its input on: 1 at the centre tap (size >> 1) of channel d to channel d of each group, else
 * 0, as `torch.nn.init.dirac_`. Rank 3 to 5; set `layout: 'torch'` for kernels (out, in, ...).
 */
export function dirac(options?: DiracOptions): Initializer {
  return new CatalogueInitializer(DIRAC, options)
}
