export { bullmqRunner, type BullmqRunnerOptions } from './bullmq/runner.js'
export type { QueueOptions } from './bullmq/queue.js'
export { createWorker, type JobHandler, type QueueWorker, type WorkerOptions } from './bullmq/worker.js'
