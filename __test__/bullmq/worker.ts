/** One worker process: `worker.ts <port> <queue> [victim]`. A victim says `active` on its first job and stays there. */
import { createWorker } from 'symbreak/bullmq'

const [port, queue, role] = process.argv.slice(2)
const stuck = () => {
  console.log('active')
  return new Promise<never>(() => undefined)
}
const worker = createWorker({
  connection: { host: '127.0.0.1', port: Number(port) },
  queue,
  lockDuration: 1000,
  stalledInterval: 300,
  handlers: role === 'victim' ? { 'symbreak.shards': stuck } : {},
})
await worker.ready
console.log('ready')
