import type { Plan } from './network.js'

/** One layer's values for every row of a batch. */
export interface LayerRows {
  readonly outputs: Float32Array
  /** Derivatives of the outputs by what went into the activation; empty where they can be read off the outputs. */
  readonly slopes: Float32Array
  /** Derivatives of the loss by what went into the activation; empty where nothing is trained. */
  readonly deltas: Float32Array
}

/** The workspace of a batch: what goes forward through the layers and what comes back. */
export interface Batch {
  count: number
  readonly x: Float32Array
  readonly layers: readonly LayerRows[]
  /** A dropout mask, 1 for a dropped output. */
  readonly mask: Uint8Array
  /** A transposed kernel. */
  readonly kernel: Float32Array
}

/** Memory for `capacity` rows, for training or for going forward only. */
export function batchOf(plan: Plan, capacity: number, training: boolean): Batch {
  // The loss writes its derivatives even if every layer is frozen.
  const first = training ? Math.min(plan.firstTrainable, plan.layers.length - 1) : plan.layers.length
  const layers = plan.layers.map((layer, l) => ({
    outputs: new Float32Array(capacity * layer.units),
    slopes: new Float32Array(layer.keepsSlope ? capacity * layer.units : 0),
    deltas: new Float32Array(l >= first ? capacity * layer.units : 0),
  }))
  const widest = Math.max(0, ...plan.layers.filter((layer) => layer.dropout > 0).map((layer) => layer.units))
  const carried = training ? plan.layers.slice(plan.firstTrainable + 1) : []
  return {
    count: 0,
    x: new Float32Array(capacity * plan.inputs),
    layers,
    mask: new Uint8Array(training ? capacity * widest : 0),
    kernel: new Float32Array(Math.max(0, ...carried.map(({ units, fanIn }) => units * fanIn))),
  }
}

/** What goes into layer `l`. */
export function inputsOf(batch: Batch, l: number): Float32Array {
  return l === 0 ? batch.x : (batch.layers[l - 1] as LayerRows).outputs
}
