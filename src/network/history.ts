/** Metrics by epoch, as Keras's `History`: `history.loss[i]` belongs to epoch `epoch[i]`. */
export interface History {
  epoch: number[]
  history: Record<string, number[]> & { loss: number[] }
}

/** Adds the metrics of one epoch. */
export function record(history: History, epoch: number, logs: Readonly<Record<string, number>>): void {
  history.epoch.push(epoch)
  for (const [metric, value] of Object.entries(logs)) (history.history[metric] ??= []).push(value)
}
