/** A plan of every kind of tensor. */
import { plan, systemInfo } from 'symbreak'
import type { EngineName, PlanSpec } from 'symbreak'

export const engines: EngineName[] = systemInfo().nativeError === undefined ? ['js', 'native'] : ['js']

export const kinds: PlanSpec['tensors'] = [
  { name: 'a', shape: [300, 100], init: 'he_normal' },
  { name: 'b', shape: [7], init: 'zeros' },
  { name: 'c', shape: [50, 20], init: 'orthogonal' },
  { name: 'd', shape: [3, 3], init: 'identity' },
  { name: 'e', shape: [40, 10], init: { class_name: 'Sparse', config: { sparsity: 0.5 } } },
  { name: 'f', shape: [4], init: { class_name: 'Constant', config: { value: [1, 2, 3, 4] } } },
  { name: 'g', shape: [1000, 257], init: 'glorot_uniform' },
  { name: 'h', shape: [0, 5], init: 'ones' },
]
export const mixed = plan({ seed: 42, tensors: kinds })
