import { rangeError, show, wrongType } from '../errors.js'
import { resolveTensor } from '../initializers/resolve.js'
import type { Initializer } from '../initializers/types.js'
import { fillNow } from '../random/fill.js'
import { arrayKind, isOf } from '../realm.js'
import { allocate, sizeOf } from '../validate.js'
import type { NetworkSpec } from './config.js'

/** Where a kernel or bias lies in the flat vector that the engines train. */
export interface Parameter {
  /** `<layer>/kernel` or `<layer>/bias`: also the path of its random stream. */
  readonly name: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
  readonly initializer: Initializer
}

/** All parameters in the engines' order: by layer, kernel `[inputs, units]`, then bias `[units]`. */
export function parametersOf(spec: NetworkSpec): Parameter[] {
  const parameters: Parameter[] = []
  const add = (name: string, shape: readonly number[], initializer: Initializer) => {
    const start = parameters.at(-1)?.end ?? 0
    parameters.push({ name, shape, start, end: start + sizeOf(shape), initializer })
  }
  let inputs = spec.inputs
  for (const layer of spec.layers) {
    add(`${layer.name}/kernel`, [inputs, layer.units], layer.kernelInitializer)
    if (layer.useBias) add(`${layer.name}/bias`, [layer.units], layer.biasInitializer)
    inputs = layer.units
  }
  return parameters
}

/** The weights that a network starts from. */
export function initialValues(spec: NetworkSpec, parameters: readonly Parameter[]): Float32Array {
  const length = parameters.at(-1)?.end ?? 0
  const values = allocate(`${length} parameters`, () => new Float32Array(length))
  for (const { name, shape, start, end, initializer } of parameters) {
    const { law, stream } = resolveTensor(initializer, shape, { path: name, seed: spec.seed })
    fillNow({ law, stream, offset: 0, view: values.subarray(start, end), engine: spec.engine })
  }
  return values
}

/** Copies of all parameters by name. */
export function toMap(parameters: readonly Parameter[], values: Float32Array): Map<string, Float32Array> {
  return new Map(parameters.map(({ name, start, end }) => [name, values.slice(start, end)]))
}

/**
 * A copy of `values` with the tensors of `map` in their places.
 *
 * @throws one error that names every unknown name and wrong length.
 */
export function fromMap(parameters: readonly Parameter[], values: Float32Array, map: unknown): Float32Array {
  if (!isOf(map, 'Map')) {
    throw wrongType('weights', 'a Map of Float32Arrays by name', map)
  }
  const result = values.slice()
  const faults: string[] = []
  for (const [name, tensor] of map as Map<unknown, unknown>) {
    const parameter = parameters.find((p) => p.name === name)
    const fault = parameter ? faultOf(parameter, tensor) : `${show(name)} is not a weight of this network`
    if (fault) faults.push(fault)
    else if (parameter) result.set(tensor as Float32Array, parameter.start)
  }
  if (faults.length === 0) return result
  const names = parameters.map((p) => p.name).join(', ')
  throw rangeError('ERR_INVALID_ARGUMENT', `weights: ${faults.join('; ')}; the network has ${names}`)
}

function faultOf({ name, shape, start, end }: Parameter, tensor: unknown): string | undefined {
  const expected = `${show(name)} must be a Float32Array of ${end - start} numbers [${shape.join(', ')}]`
  if (arrayKind(tensor) !== 'Float32Array') return `${expected}, got ${show(tensor)}`
  const { length } = tensor as Float32Array
  return length === end - start ? undefined : `${expected}, got ${length}`
}
