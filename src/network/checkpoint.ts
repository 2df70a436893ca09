import { createHash } from 'node:crypto'
import type { Totals } from '../engine/trainer.js'
import { badFile, plainError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { decodeResult, encodeResult } from '../json-text.js'
import type { CallbackState } from './callbacks/callback.js'
import type { History } from './history.js'
import { readTensors, writeTensors, type NamedTensor } from './tensor-file.js'
import type { TrainingRun } from './training-run.js'

/** Metadata keys of a run's state, and of the SHA-256 of it and all tensors. */
const [RUN, DIGEST] = ['symbreak.run', 'symbreak.digest']

/** The part of a run's state that is JSON. */
export interface RunState {
  readonly fingerprint: Readonly<Record<string, string>>
  readonly epoch: number
  readonly step: number
  /** Whether the callbacks know that the epoch has begun. */
  readonly begun: boolean
  /** Batches of the epochs before. */
  readonly before: number
  readonly stepsPerEpoch: number
  readonly learningRate: number
  /** Of the epoch in training, which began before a callback set another. */
  readonly rate: number
  /** Whether a callback had ended the run: only those who are told of the end were still to come. */
  readonly stopping: boolean
  readonly totals: Totals
  readonly history: History
  /** Of those that have a state, in their order. */
  readonly callbacks: readonly { readonly name: string; readonly values: Record<string, unknown> }[]
}

/** Writes everything that a run needs to go on elsewhere as if it had never stopped. */
export async function writeCheckpoint(
  run: TrainingRun,
  path: string,
  fingerprint: RunState['fingerprint'],
): Promise<void> {
  const { epoch, step, begun, before, stepsPerEpoch, learningRate, rate, stopping, totals, history } = run
  const states = run.plan.callbacks.flatMap((callback) => {
    const state = callback.getState?.()
    return state === undefined ? [] : [{ name: callback.name ?? '', ...state }]
  })
  const callbacks = states.map(({ name, values }) => ({ name, values }))
  const state: RunState = {
    fingerprint,
    epoch,
    step,
    begun,
    before,
    stepsPerEpoch,
    learningRate,
    rate,
    stopping,
    totals,
    history,
    callbacks,
  }
  const tensors = [
    tensor('parameters', run.session.parameters),
    tensor('optimizer', await run.session.state()),
    ...states.flatMap(tensorsOf),
  ]
  const text = encodeResult(state as unknown as Json)
  await writeTensors(path, tensors, { [RUN]: text, [DIGEST]: digestOf(text, tensors) })
}

/**
 * Puts a run into the state of a checkpoint.
 *
 * @throws `ERR_INVALID_ARGUMENT` listing every difference between the two runs' configurations; `ERR_BAD_FILE`, `ERR_IO`
 */
export async function readCheckpoint(
  run: TrainingRun,
  path: string,
  fingerprint: RunState['fingerprint'],
): Promise<void> {
  const { tensors, metadata } = await readTensors(path)
  const named = Array.from(tensors, ([name, data]) => ({ name, data }))
  if (metadata[DIGEST] !== digestOf(metadata[RUN] ?? '', named))
    throw badFile(path, 'it is damaged: its checksum is another')
  const state = decodeResult(metadata[RUN] ?? '') as unknown as RunState
  refuseDifferences(path, state.fingerprint, fingerprint)
  const parameters = tensors.get('parameters')
  const optimizer = tensors.get('optimizer')
  if (parameters?.length !== run.session.parameters.length || optimizer === undefined) {
    throw badFile(path, 'its tensors are not those of this run')
  }
  run.session.parameters = parameters
  await run.session.setTotals(state.totals)
  run.resume(state, optimizer)
  const left = state.callbacks.map(({ name }, place) => ({ name, place }))
  for (const callback of run.plan.callbacks) {
    // The first of its name that nobody has taken: one that was not there before begins with nothing.
    const at = left.findIndex(({ name }) => name === (callback.name ?? ''))
    if (callback.setState === undefined || at < 0) continue
    for (const { place } of left.splice(at, 1)) callback.setState(stateOf(state, tensors, place))
  }
}

function digestOf(state: string, tensors: readonly Omit<NamedTensor, 'shape'>[]): string {
  const hash = createHash('sha256').update(state)
  for (const { name, data } of tensors) hash.update(`\0${name}\0`).update(data)
  return hash.digest('hex')
}

function tensor(name: string, data: Float32Array): NamedTensor {
  return { name, data, shape: [data.length] }
}

function prefix(callback: number): string {
  return `callbacks/${callback}/`
}

function tensorsOf(state: CallbackState, i: number): NamedTensor[] {
  return Object.entries(state.tensors ?? {}).map(([name, data]) => tensor(prefix(i) + name, data))
}

function stateOf(state: RunState, tensors: ReadonlyMap<string, Float32Array>, i: number): CallbackState {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix(i)))
  return {
    values: state.callbacks[i]?.values ?? {},
    tensors: Object.fromEntries(own.map(([name, data]) => [name.slice(prefix(i).length), data])),
  }
}

function refuseDifferences(path: string, old: RunState['fingerprint'], now: RunState['fingerprint']): void {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].filter((key) => old[key] !== now[key])
  if (keys.length === 0) return
  const list = keys.map((key) => `${key} was ${old[key] ?? 'not there'}, is ${now[key] ?? 'not there'}`)
  const message = `${path} is the checkpoint of another run: ${list.join('; ')}. Restore the configuration or remove the file`
  throw plainError('ERR_INVALID_ARGUMENT', message)
}
