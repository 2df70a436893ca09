/**
 * One worker process: `worker.ts <port> <queue> [role]`. A victim says `active` on its first job and stays there, a leaver
 * closes on SIGTERM, and a stranger closes at once, without a look at whether it is ready.
 */
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
if (role === 'leaver') process.once('SIGTERM', () => void worker.close())
if (role === 'stranger') setTimeout(() => void worker.close({ cancel: true }), 100)
else await worker.ready
console.log('ready')
