import { readOptions } from '../validate.js'
import { layoutOf, type Layout, baseOf } from './layouts.js'
import { orthogonal } from './orthogonal.js'
import type { RandomOptions } from './random.js'
import { lstmBias } from './recurrent.js'
import { glorotUniform } from './scaling.js'
import type { Initializer } from './types.js'

export interface LstmOptions extends RandomOptions {
  /** Bias of the forget gate. Default: 1. */
  forgetBias?: number | undefined
}

/** Initializers of the three tensors of an LSTM. */
export interface LstmInitializers {
  /** From inputs to the four gates: glorotUniform over one gate. */
  readonly kernel: Initializer
  /** From units to the four gates: an orthogonal matrix a gate. */
  readonly recurrentKernel: Initializer
  /** 0, and `forgetBias` for the forget gate. */
  readonly bias: Initializer
}

/**
 * Initializers of an LSTM whose gates i, f, c, o are packed on the output axis: glorotUniform and orthogonal matrices one a
 * gate (Saxe et al. 2014), and the unit forget bias (Jozefowicz et al. 2015). Give every tensor a path of its own.
 */
export function lstm(options?: LstmOptions): LstmInitializers {
  const { forgetBias, layout, ...random } = readOptions(
    options,
    ['seed', 'layout', 'forgetBias'],
    'options of lstm',
  )
  const base = layout === undefined ? undefined : baseOf(layoutOf(layout))
  const gates: Layout = { kind: 'gates', gates: 4, ...(base === undefined ? {} : { base }) }
  const drawn = { ...(random as RandomOptions), layout: gates }
  return {
    kernel: glorotUniform(drawn),
    recurrentKernel: orthogonal(drawn),
    bias: lstmBias(forgetBias === undefined ? {} : { forgetBias: forgetBias as number }),
  }
}
