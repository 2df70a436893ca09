/** `symbreak/bullmq`: jobs through BullMQ on Redis. Needs the packages bullmq and ioredis. */
import './engine/native/register.js'

export { bullmqRunner, type BullmqRunnerOptions } from './bullmq/runner.js'
export type { QueueOptions } from './bullmq/queue.js'
export {
  createWorker,
  type JobHandler,
  type QueueWorker,
  type WorkerOptions,
  type WorkOptions,
} from './bullmq/worker.js'
