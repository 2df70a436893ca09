import { wrongValue } from '../../errors.js'
import { boolean, integer, pathOf, readOptions } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback, CallbackState, Logs } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface ModelCheckpointOptions extends MonitorOptions {
  /** File to write; `{epoch}` (from 1) and metrics such as `{val_loss:.2f}` are filled in as Keras does. */
  path: string
  /** Only write when the monitored metric is the best so far; default false. */
  saveBestOnly?: boolean | undefined
  /** Write after every so many epochs; default 1. */
  every?: number | undefined
}

/** Saves the network after epochs (Keras's `ModelCheckpoint`), each time as `network.save` does. */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const o = readOptions(options, ['path', 'monitor', 'mode', 'minDelta', 'saveBestOnly', 'every'])
  const path = pathOf(o['path'])
  const monitor = new Monitor(o, 0)
  const bestOnly = boolean(o['saveBestOnly'] ?? false, 'saveBestOnly')
  const every = integer(o['every'] ?? 1, 'every', 1)
  const callback: Callback = {
    name: 'modelCheckpoint',
    onTrainBegin(run: TrainingRun) {
      if (bestOnly) monitor.begin(run, callback)
      if (run.plan.callbacks.includes(callback))
        filled(path, 0, Object.fromEntries(run.metrics.map((metric) => [metric, 0])))
    },
    async onEpochEnd(epoch: number, logs: Logs, run: TrainingRun) {
      if ((epoch + 1) % every !== 0) return
      if (bestOnly) {
        const value = monitor.read(logs)
        if (!monitor.better(value)) return
        monitor.best = value
      }
      await run.network.save(filled(path, epoch, logs))
    },
    getState: (): CallbackState => ({ values: { best: monitor.best } }),
    setState({ values }: CallbackState) {
      monitor.best = Number(values['best'])
    },
  }
  return callback
}

/** A field of a path: a name, and of Python's format a width, a precision and a type. */
const FIELD = /\{(\w+)(?::([^{}]*))?\}/g
const FORMAT = /^(0?)(\d*)(?:\.(\d+))?([defg]?)$/

/**
 * Fills `{epoch}`, `{epoch:02d}`, `{val_loss}`, `{val_loss:.3f}` and `{val_loss:.2e}` in a path.
 *
 * @throws `ERR_INVALID_ARGUMENT` for a metric that the run has not, or another format
 */
function filled(path: string, epoch: number, logs: Logs): string {
  return path.replace(FIELD, (field, name: string, format = '') => {
    const value = name === 'epoch' ? epoch + 1 : logs[name]
    if (value === undefined)
      throw wrongValue('path', `of epoch and of ${Object.keys(logs).join(', ')}`, `{${name}}`)
    const [whole, zero, width, digits, type] = FORMAT.exec(format) ?? []
    if (whole === undefined) throw wrongValue('path', 'of fields such as {epoch:02d} and {loss:.3f}', field)
    return formatted(value, digits, type).padStart(Number(width), zero ? '0' : ' ')
  })
}

function formatted(value: number, digits: string | undefined, type: string | undefined): string {
  const precision = Number(digits ?? 6)
  if (type === 'e') return value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
  if (type === 'f') return value.toFixed(precision)
  return digits === undefined ? String(value) : String(Number(value.toPrecision(Math.max(1, precision))))
}
