export type { Batch, JobControl, Runner, RunOptions } from './batch.js'
export { indexedRunner, type IndexedOptions } from './indexed.js'
export { localRunner } from './local.js'
export { shareOfEnvironment, type Share } from './share.js'
