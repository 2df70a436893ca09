import { wrongType } from '../../errors.js'
import { boolean, integer, readOptions } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback, CallbackState, Logs } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface ModelCheckpointOptions extends MonitorOptions {
  /** File to write; `{epoch}` (from 1) and metrics such as `{val_loss:.2f}` are filled in as Keras does. */
  path: string
  /** Only write when the monitored metric is the best so far; default false. */
  saveBestOnly?: boolean
  /** Write after every so many epochs; default 1. */
  every?: number
}

/** Saves the network after epochs (Keras's `ModelCheckpoint`), each time as `network.save` does. */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  const o = readOptions(options, ['path', 'monitor', 'mode', 'minDelta', 'saveBestOnly', 'every'])
  const path = o['path']
  if (typeof path !== 'string') throw wrongType('path', 'a string', path)
  const monitor = new Monitor(o, 0)
  const bestOnly = boolean(o['saveBestOnly'] ?? false, 'saveBestOnly')
  const every = integer(o['every'] ?? 1, 'every', 1)
  return {
    name: 'modelCheckpoint',
    onTrainBegin() {
      monitor.best = monitor.worst
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
}

/** Fills `{epoch}`, `{epoch:02d}`, `{val_loss}` and `{val_loss:.3f}` in a path. */
function filled(path: string, epoch: number, logs: Logs): string {
  return path.replace(
    /\{(\w+)(?::(?:0(\d+)d|\.(\d+)f))?\}/g,
    (whole, name: string, width?: string, digits?: string) => {
      const value = name === 'epoch' ? epoch + 1 : logs[name]
      if (value === undefined) return whole
      if (digits !== undefined) return value.toFixed(Number(digits))
      return String(value).padStart(Number(width ?? 0), '0')
    },
  )
}
