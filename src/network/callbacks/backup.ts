import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { now } from '../../async/slices.js'
import { removeDead } from '../../files/replace.js'
import { raiseIo } from '../../files/io-error.js'
import { integer, nonNegative, pathOf, readOptions } from '../../validate.js'
import { readCheckpoint, writeCheckpoint } from '../checkpoint.js'
import { factorsOf } from '../data.js'
import type { Rows } from '../rows.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback } from './callback.js'

export interface BackupOptions {
  /** File of the checkpoint: replaced as a whole, removed once training is done. */
  path: string
  /** Also write after each multiple of so many batches within an epoch; default only after epochs. */
  everyBatches?: number | undefined
  /** Also write between batches when the last checkpoint is older than so many milliseconds. */
  everyMs?: number | undefined
}

/**
 * Makes training survive anything (Keras's `BackupAndRestore`): the state of the run is written after every epoch and
 * when the signal stops it, and the same `fit` in a new process goes on from there. The weights it ends with are
 * those of a run left alone, to the byte. `epochs`, `threads`, the engine and callbacks without `options` may differ,
 * nothing else; what weights the network has makes no difference, since the checkpoint's take their place. A source of
 * batches is read again up to where the run stood, and must give the same rows.
 */
export function backupAndRestore(options: BackupOptions): Callback {
  return new BackupAndRestore(options)
}

class BackupAndRestore implements Callback {
  readonly name = 'backupAndRestore'
  readonly everyBatches: number | undefined
  readonly #path: string
  readonly #everyMs: number
  #fingerprint: Record<string, string> = {}
  #written = 0

  constructor(options: BackupOptions) {
    const o = readOptions(options, ['path', 'everyBatches', 'everyMs'])
    this.#path = pathOf(o['path'])
    this.everyBatches =
      o['everyBatches'] === undefined ? undefined : integer(o['everyBatches'], 'everyBatches', 1)
    this.#everyMs = o['everyMs'] === undefined ? Infinity : nonNegative(o['everyMs'], 'everyMs')
  }

  async onResume(run: TrainingRun): Promise<void> {
    this.#fingerprint = fingerprintOf(run)
    this.#written = now()
    await readCheckpoint(run, this.#path, this.#fingerprint).catch(unlessAbsent)
    await removeDead([this.#path])
  }

  async onBatches(run: TrainingRun): Promise<void> {
    const atBatch = this.everyBatches !== undefined && run.step % this.everyBatches === 0
    if (atBatch || now() - this.#written >= this.#everyMs) await this.#write(run)
  }

  async onEpochEnd(_epoch: number, _logs: unknown, run: TrainingRun): Promise<void> {
    await this.#write(run)
  }

  async onTrainEnd(run: TrainingRun): Promise<void> {
    if (run.outcome === 'aborted') await this.#write(run)
    if (run.outcome === 'completed' || run.outcome === 'stopped') await this.#remove()
  }

  async #write(run: TrainingRun): Promise<void> {
    await writeCheckpoint(run, this.#path, this.#fingerprint)
    this.#written = now()
  }

  async #remove(): Promise<void> {
    await rm(this.#path, { force: true }).catch(raiseIo(`cannot remove ${this.#path}`))
  }
}

/** No file is a run that has not begun; one that can't be read is an error, not to be written over. */
function unlessAbsent(error: unknown): void {
  const { cause } = error as { cause?: { code?: unknown } }
  if (cause?.code !== 'ENOENT') throw error
}

/** Everything that the weights depend on, part by part, so that differences can be named. */
function fingerprintOf(run: TrainingRun): Record<string, string> {
  const { plan } = run
  const { batchSize, shuffle } = plan.run
  const parts = {
    ...run.network.toJSON(),
    batchSize,
    shuffle,
    optimizer: plan.optimizer,
    initialEpoch: plan.initialEpoch,
    data: plan.feed.rows ? digest(plan.feed.rows) : plan.feed.size,
    classWeight: factorsOf(plan.feed.classWeight),
    validation: plan.validation && digest(plan.validation),
    // Those that only watch may be others: another log, or nobody who stops the run this time.
    callbacks: plan.callbacks.flatMap(({ name = 'unnamed', options }) => (options ? [[name, options]] : [])),
  }
  return Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, JSON.stringify(part) ?? 'none']))
}

function digest({ data: { x, labels, targets, weights } }: Rows): string {
  const hash = createHash('sha256')
  for (const part of [x, labels, targets, weights]) if (part !== undefined) hash.update(part)
  return hash.digest('hex')
}
