import { rangeError } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { axisRoles } from './axes.js'
import { define, Target } from './definition.js'
import { describeLaw } from './describe.js'
import { kernelView, type KernelView } from './kernel-view.js'
import { baseOf } from './layouts.js'
import { aboveZero, whole } from './params.js'
import type { RandomOptions } from './random.js'
import { type FanMode, modeParam, scalingLaw, type ScalingDistribution } from './scaling.js'
import type { Initializer } from './types.js'
import { computed, drawnSteps } from './values.js'

export interface IcnrOptions extends RandomOptions {
  /** Factor r that the shuffle upsamples by, on each spatial axis. Default: 2. */
  upscale?: number | undefined
  /** Variance times the fan of the kernel that is repeated. Default: 2. */
  scale?: number | undefined
  /** Default: 'fan_in'. */
  mode?: FanMode | 'fanIn' | 'fanOut' | 'fanAvg' | 'fanGeoAvg' | undefined
}

interface Icnr {
  upscale: number
  scale: number
  mode: FanMode
}

const DISTRIBUTION: ScalingDistribution = 'truncated_normal'

/** Copies that each small output channel has: r to the number of spatial axes. */
function copiesOf({ upscale }: Icnr, { kernel, outChannels }: KernelView): number {
  const copies = upscale ** kernel.length
  if (outChannels % copies === 0) return copies
  const message = `shape must have output channels divisible by ${copies}, upscale to the number of axes, got ${outChannels}`
  throw rangeError('ERR_INVALID_SHAPE', message)
}

/** The law of the small kernel, scaled by its own fans. */
function smallLaw(params: Icnr, { shape, size, layout }: Target, copies: number) {
  const outAxis = axisRoles(shape, layout).outAxes[0]
  const small = shape.map((length, axis) => (axis === outAxis ? length / copies : length))
  return scalingLaw(
    { ...params, distribution: DISTRIBUTION },
    new Target(small, size / copies, layout, 'F32'),
  )
}

export const ICNR = define<Icnr>({
  className: 'Icnr',
  random: true,
  params: { upscale: whole(1, 2), scale: aboveZero(2), mode: modeParam('fan_in') },
  law: (params, target) => {
    const view = kernelView(target.shape, target.layout)
    const { inChannels, outChannels, tapStride, inStride, outStride } = view
    const copies = copiesOf(params, view)
    const law = smallLaw(params, target, copies)
    return computed(target, function* (data, stream) {
      const channels = outChannels / copies
      const taps = data.length / (inChannels * outChannels)
      const small = yield* drawnSteps(law, stream, taps * inChannels * channels)
      // torch's shuffle takes a channel's copies from neighbours, TensorFlow's from every `channels`-th output.
      const together = baseOf(target.layout) === 'torch'
      for (let tap = 0; tap < taps; tap++) {
        for (let i = 0; i < inChannels; i++) {
          for (let o = 0; o < outChannels; o++) {
            const channel = together ? Math.floor(o / copies) : o % channels
            data[tap * tapStride + i * inStride + o * outStride] = small[
              (tap * inChannels + i) * channels + channel
            ] as number
          }
          yield 0
        }
      }
    })
  },
  describe: (params, target) => {
    const copies = copiesOf(params, kernelView(target.shape, target.layout))
    return { ...describeLaw(smallLaw(params, target, copies), target.size), distribution: 'icnr' }
  },
})

/**
 * The kernel before a sub-pixel shuffle: every output channel of the upsampled image gets r^2 equal filters, so that the
 * start is nearest-neighbour upsampling, without checkerboards (Aitken et al. 2017). The filters are variance-scaled by the
 * fans of the small kernel. Copies lie as the shuffle of the layout's framework reads them: side by side for 'torch'
 * (`PixelShuffle`), one block of channels after another for 'keras' and 'mlx' (`tf.nn.depth_to_space`).
 */
export function icnr(options?: IcnrOptions): Initializer {
  return new CatalogueInitializer(ICNR, options)
}
