// Workers are terminated in the middle of asynchronous work; the process must go on and end by itself.
import { setTimeout } from 'node:timers/promises'
import { Worker, isMainThread, parentPort } from 'node:worker_threads'
import { heNormal, orthogonal } from 'symbreak'

if (isMainThread) {
  for (const delay of [0, 1, 5, 20, 50, 100]) {
    const worker = new Worker(new URL(import.meta.url))
    await new Promise((resolve) => worker.once('message', resolve))
    await setTimeout(delay)
    await worker.terminate()
  }
  const array = await heNormal({ seed: 7 }).createAsync([1000, 1000])
  console.log(JSON.stringify({ length: array.length }))
} else {
  parentPort.postMessage('started')
  await Promise.all([
    orthogonal({ seed: 1 }).createAsync([1500, 1500]),
    heNormal({ seed: 2 }).createAsync([8000, 4000]),
  ])
}
