/** Orthogonal convolution kernels: what they make of a signal on a torus has the signal's norm. */
import test from 'ava'
import fc from 'fast-check'
import { convOrthogonal, deltaOrthogonal } from 'symbreak'
import { engines } from './support/checkpoint.js'

interface Sizes {
  readonly kernel: number[]
  readonly inputs: number
  readonly outputs: number
}

/** Places of a grid in C order. */
function places(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  )
}

/** Circular convolution of a channels-last signal with a kernel (...taps, inputs, outputs). */
function convolve({ kernel, inputs, outputs }: Sizes, weights: Float32Array, grid: number[], x: number[]) {
  const result = new Float64Array((x.length / inputs) * outputs)
  const taps = places(kernel)
  for (const [at, place] of places(grid).entries()) {
    for (const [tap, shift] of taps.entries()) {
      const target = place.map((p, axis) => (p + (shift[axis] as number)) % (grid[axis] as number))
      const index = target.reduce((sum, p, axis) => sum * (grid[axis] as number) + p, 0)
      for (let i = 0; i < inputs; i++) {
        for (let o = 0; o < outputs; o++) {
          const weight = weights[(tap * inputs + i) * outputs + o] as number
          result[index * outputs + o] =
            (result[index * outputs + o] as number) + (x[at * inputs + i] as number) * weight
        }
      }
    }
  }
  return result
}

/** What torch's order (outputs, inputs, ...taps) holds, as (...taps, inputs, outputs). */
function fromTorch({ kernel, inputs, outputs }: Sizes, weights: Float32Array): Float32Array {
  const taps = kernel.reduce((a, b) => a * b)
  return weights.map((_, at) => {
    const [tap, rest] = [Math.floor(at / (inputs * outputs)), at % (inputs * outputs)]
    const [input, output] = [Math.floor(rest / outputs), rest % outputs]
    return weights[(output * inputs + input) * taps + tap] as number
  })
}

const anySizes = fc
  .record({
    kernel: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    channels: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })),
  })
  .map(({ kernel, channels: [a, b] }): Sizes => ({ kernel, inputs: Math.min(a, b), outputs: Math.max(a, b) }))

const norm = (x: ArrayLike<number>) => Math.hypot(...Array.from(x))

for (const [name, make] of Object.entries({ deltaOrthogonal, convOrthogonal })) {
  for (const engine of engines) {
    test(`${name} keeps norms under circular padding in 1, 2 and 3 dimensions, ${engine}`, (t) => {
      const dimensions = new Set<number>()
      fc.assert(
        fc.property(anySizes, fc.nat(), fc.constantFrom('keras', 'torch'), (sizes, seed, layout) => {
          const { kernel, inputs, outputs } = sizes
          dimensions.add(kernel.length)
          const shape = layout === 'keras' ? [...kernel, inputs, outputs] : [outputs, inputs, ...kernel]
          const drawn = make({ seed, gain: 1.5 }).create(shape, { engine, layout })
          const weights = layout === 'keras' ? drawn : fromTorch(sizes, drawn)
          // Smaller than some kernels: taps that meet on the torus keep norms as well.
          const grid = kernel.map(() => 3)
          const x = Array.from({ length: 3 ** kernel.length * inputs }, (_, i) => Math.sin(1 + i * 0.7))
          const ratio = norm(convolve(sizes, weights, grid, x)) / norm(x)
          t.true(Math.abs(ratio - 1.5) < 3e-6, `${JSON.stringify(sizes)}, ${layout}: ${ratio}`)
        }),
        { numRuns: 60, seed: 4 },
      )
      t.deepEqual([...dimensions].sort(), [1, 2, 3])
    })
  }
}
