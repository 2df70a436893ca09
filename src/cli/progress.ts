import { SingleBar } from 'cli-progress'
import type { Progress } from '../async/watch.js'
import { formatBytes } from './output.js'

/** Shows how far a command is: a bar on a terminal, one JSON line a report elsewhere when asked, else nothing. */
export interface Meter {
  readonly report: (progress: Progress) => void
  stop(): void
}

const silent: Meter = { report: () => undefined, stop: () => undefined }

/** A meter on standard error. `lines` asks for JSON lines where there is no terminal. */
export function meter(lines: boolean): Meter {
  if (process.stderr.isTTY) return bar()
  if (!lines) return silent
  return {
    report: (progress) => process.stderr.write(`${JSON.stringify(progress)}\n`),
    stop: () => undefined,
  }
}

function bar(): Meter {
  const plain = process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== ''
  const view = new SingleBar({
    format: '{bar} {percentage}% {amount} {rate} ETA {eta_formatted}',
    stream: process.stderr,
    ...(plain && { barCompleteChar: '#', barIncompleteChar: '-' }),
  })
  let started = false
  return {
    report({ done, total, unit, elapsedMs }) {
      const shown = unit === 'bytes' ? formatBytes(done) : `${done}/${total} ${unit}`
      const perSecond = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0
      const rate = unit === 'bytes' ? `${formatBytes(perSecond)}/s` : `${perSecond.toPrecision(3)} ${unit}/s`
      const payload = { amount: shown, rate }
      if (started) view.update(done, payload)
      else view.start(total, done, payload)
      started = true
    },
    stop() {
      if (started) view.stop()
    },
  }
}
