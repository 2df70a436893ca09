/** What orthogonal matrices and training steps are measured against: plain loops over typed arrays. */
import { fillNormal } from './handwritten.js'

/** A Haar-distributed n x n matrix by Householder reflectors of normal vectors (Stewart, 1980), row-major. */
export function orthogonalMatrix(n: number): Float64Array {
  const q = new Float64Array(n * n)
  for (let i = 0; i < n; i++) q[i * n + i] = 1
  const normals = new Float32Array(n)
  const v = new Float64Array(n)
  const dots = new Float64Array(n)
  for (let k = n - 2; k >= 0; k--) {
    fillNormal(normals)
    let square = 0
    for (let i = k; i < n; i++) square += (v[i] = normals[i] as number) ** 2
    v[k] = (v[k] as number) + Math.sign(v[k] as number) * Math.sqrt(square)
    reflect(q, v, dots, k, n)
  }
  return q
}

/** q -= 2 v (v' q) / (v' v) on the rows and columns from k. */
function reflect(q: Float64Array, v: Float64Array, dots: Float64Array, k: number, n: number): void {
  dots.fill(0, k)
  let square = 0
  for (let i = k; i < n; i++) {
    const vi = v[i] as number
    square += vi * vi
    for (let j = k, at = i * n + k; j < n; j++, at++) dots[j] = (dots[j] as number) + vi * (q[at] as number)
  }
  for (let i = k; i < n; i++) {
    const factor = (2 * (v[i] as number)) / square
    for (let j = k, at = i * n + k; j < n; j++, at++) q[at] = (q[at] as number) - factor * (dots[j] as number)
  }
}

interface Layer {
  readonly inputs: number
  readonly units: number
  readonly kernel: Float32Array
  readonly bias: Float32Array
  /** Outputs of the batch, then the gradient with respect to them. */
  readonly out: Float32Array
  readonly gradient: Float32Array
}

/** A network of relu layers with softmax cross-entropy, trained by plain gradient descent. */
export class HandwrittenNetwork {
  readonly #layers: Layer[]
  readonly #batch: number

  constructor(sizes: readonly number[], batch: number) {
    this.#batch = batch
    this.#layers = sizes.slice(1).map((units, index) => {
      const inputs = sizes[index] as number
      const kernel = new Float32Array(inputs * units)
      fillNormal(kernel, Math.sqrt(2 / inputs))
      const arrays = [units, batch * units, batch * units].map((length) => new Float32Array(length))
      const [bias, out, gradient] = arrays as [Float32Array, Float32Array, Float32Array]
      return { inputs, units, kernel, bias, out, gradient }
    })
  }

  /** One step on `batch` rows of inputs and their labels. */
  step(x: Float32Array, labels: Int32Array, learningRate: number): void {
    let input = x
    for (const layer of this.#layers) {
      forward(layer, input, this.#batch, layer !== this.#layers.at(-1))
      input = layer.out
    }
    softmaxGradient(this.#layers.at(-1) as Layer, labels, this.#batch)
    for (let k = this.#layers.length - 1; k >= 0; k--) {
      const layer = this.#layers[k] as Layer
      const below = this.#layers[k - 1]
      if (below !== undefined) backward(layer, below, this.#batch)
      update(layer, below?.out ?? x, this.#batch, learningRate)
    }
  }
}

function forward(
  { inputs, units, kernel, bias, out }: Layer,
  x: Float32Array,
  batch: number,
  relu: boolean,
): void {
  for (let r = 0; r < batch; r++) {
    const row = out.subarray(r * units, (r + 1) * units)
    row.set(bias)
    for (let i = 0; i < inputs; i++) {
      const value = x[r * inputs + i] as number
      if (value === 0) continue
      for (let j = 0, at = i * units; j < units; j++, at++)
        row[j] = (row[j] as number) + value * (kernel[at] as number)
    }
    if (relu) for (let j = 0; j < units; j++) if ((row[j] as number) < 0) row[j] = 0
  }
}

function softmaxGradient({ units, out, gradient }: Layer, labels: Int32Array, batch: number): void {
  for (let r = 0; r < batch; r++) {
    const row = out.subarray(r * units, (r + 1) * units)
    const largest = Math.max(...row)
    let sum = 0
    for (let j = 0; j < units; j++) sum += gradient[r * units + j] = Math.exp((row[j] as number) - largest)
    for (let j = 0, at = r * units; j < units; j++, at++) {
      gradient[at] = ((gradient[at] as number) / sum - (labels[r] === j ? 1 : 0)) / batch
    }
  }
}

function backward({ inputs, units, kernel, gradient }: Layer, below: Layer, batch: number): void {
  for (let r = 0; r < batch; r++) {
    for (let i = 0; i < inputs; i++) {
      let sum = 0
      if ((below.out[r * inputs + i] as number) > 0) {
        for (let j = 0; j < units; j++)
          sum += (gradient[r * units + j] as number) * (kernel[i * units + j] as number)
      }
      below.gradient[r * inputs + i] = sum
    }
  }
}

function update(
  { inputs, units, kernel, bias, gradient }: Layer,
  x: Float32Array,
  batch: number,
  rate: number,
): void {
  for (let r = 0; r < batch; r++) {
    const row = gradient.subarray(r * units, (r + 1) * units)
    for (let j = 0; j < units; j++) bias[j] = (bias[j] as number) - rate * (row[j] as number)
    for (let i = 0; i < inputs; i++) {
      const factor = rate * (x[r * inputs + i] as number)
      if (factor === 0) continue
      for (let j = 0, at = i * units; j < units; j++, at++)
        kernel[at] = (kernel[at] as number) - factor * (row[j] as number)
    }
  }
}
