import type { Dtype } from '../engine/law.js'
import { plainError, show } from '../errors.js'
import type { InitializerLike } from '../initializers/registry.js'
import { readRecord } from '../validate.js'
import type { PlanSpec, TensorSpec } from './spec.js'

const DTYPES: ReadonlyMap<unknown, Dtype> = new Map<unknown, Dtype>([
  ['float32', 'F32'],
  ['float64', 'F64'],
  ['float16', 'F16'],
  ['bfloat16', 'BF16'],
])

/** Whether a document lists a model's tensors as a framework tells them, rather than a plan. */
export function isModelList(document: object): boolean {
  return 'framework' in document
}

/**
 * The tensors of a model's list: framework dtypes ('float32'), `kind` (the class of the module that owns a tensor), and
 * for Keras each tensor's own initializer.
 *
 * @param isExcluded - of the names of tensors that may have any dtype
 * @throws `ERR_BAD_FILE`
 */
export function readModelList(
  document: object,
  path: string,
  isExcluded: (name: unknown) => boolean,
): Omit<PlanSpec, 'seed'> {
  const { framework, tensors } = document as { framework: unknown; tensors: unknown[] }
  if (framework !== 'torch' && framework !== 'keras') {
    throw plainError(
      'ERR_BAD_FILE',
      `${path} is of the framework ${show(framework)}: it must be 'torch' or 'keras'`,
    )
  }
  return {
    tensors: tensors.flatMap((value, i) =>
      isExcluded((value as { name?: unknown } | null)?.name)
        ? []
        : readTensor(value, `${path}: tensors[${i}]`),
    ),
    layout: framework,
  }
}

function readTensor(value: unknown, argument: string): TensorSpec {
  const { name, shape, dtype, kind, initializer, unit_forget_bias: forget } = readRecord(value, argument)
  const type = DTYPES.get(dtype)
  if (type === undefined) {
    throw plainError(
      'ERR_BAD_FILE',
      `${argument} has the dtype ${show(dtype)}: it must be one of ${[...DTYPES.keys()].join(', ')}`,
    )
  }
  const sizes = shape as number[]
  const init = forget === true ? 'lstm_bias' : (initializer as InitializerLike | undefined)
  return {
    name: name as string,
    shape: sizes,
    dtype: type,
    ...(init === undefined ? {} : { init }),
    ...(kind === undefined ? {} : { kind: kind as string }),
    // transformers' Conv1D keeps its weight as (in, out).
    ...(kind === 'Conv1D' ? { layout: 'keras' as const } : {}),
  }
}
