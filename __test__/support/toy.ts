import { dense, type NetworkConfig } from 'symbreak'

/** 200 points of the plane in two interleaved classes: the sign of x0 * x1. */
export const x = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i * 1.7))
export const y = Uint8Array.from({ length: 200 }, (_, i) =>
  Number((x[2 * i] as number) * (x[2 * i + 1] as number) > 0),
)

/** A network that learns them. */
export const config: NetworkConfig = {
  inputs: 2,
  layers: [dense(8, { activation: 'tanh' }), dense(2)],
  loss: 'softmaxCrossEntropy',
  seed: 7,
}

/** All weights as plain numbers, to compare to the bit. */
export function bits(network: { weights: Map<string, Float32Array> }): Record<string, string> {
  return Object.fromEntries(
    [...network.weights].map(([name, data]) => [name, Buffer.from(data.slice().buffer).toString('hex')]),
  )
}

/** The code of the error that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'no error',
    (error: { code?: unknown }) => error.code,
  )
}
