import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import {
  adam,
  backupAndRestore,
  cosineDecay,
  csvLogger,
  earlyStopping,
  Generator,
  Network,
  reduceLROnPlateau,
  sgd,
  type Callback,
  type FitOptions,
} from 'symbreak'
import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const fit: FitOptions = {
  epochs: 8,
  batchSize: 16,
  optimizer: sgd({ learningRate: 0.3, momentum: 0.9, schedule: cosineDecay({ steps: 100 }) }),
  validationSplit: 0.2,
}

/** Callbacks whose state matters, with their log. */
const watchers = (log: string): Callback[] => [
  csvLogger(log),
  earlyStopping({ patience: 50, restoreBestWeights: true }),
  reduceLROnPlateau({ patience: 1, factor: 0.7 }),
]

/** Stops a run after some pauses between batches. */
function abortAfter(pauses: number): { signal: AbortSignal; callback: Callback } {
  const controller = new AbortController()
  let seen = 0
  return {
    signal: controller.signal,
    callback: { name: 'abort', onBatches: () => void (++seen === pauses && controller.abort()) },
  }
}

for (const [name, optimizer] of Object.entries({ sgd: fit.optimizer, adam: adam({ accumulate: 3 }) })) {
  test(`stopped anywhere and resumed with ${name}, a run ends with the same bytes`, async (t) => {
    const path = await folder(t)
    const backup = () => backupAndRestore({ path: join(path, 'run.safetensors'), everyBatches: 3 })
    const options = { ...fit, ...(optimizer && { optimizer }) }
    const alone = new Network(config)
    const quiet: Callback = { name: 'abort' }
    const whole = await alone.fit(x, y, {
      ...options,
      callbacks: [...watchers(join(path, 'a.csv')), quiet, backup()],
    })
    for (const pauses of [1, 2, 5, 9, 14]) {
      const { signal, callback } = abortAfter(pauses)
      const stopped = new Network(config)
      const log = join(path, 'b.csv')
      t.is(
        await codeOf(
          stopped.fit(x, y, { ...options, signal, callbacks: [...watchers(log), callback, backup()] }),
        ),
        'ERR_ABORTED',
      )
      const resumed = new Network(config)
      const rest = await resumed.fit(x, y, { ...options, callbacks: [...watchers(log), quiet, backup()] })
      t.deepEqual(bits(resumed), bits(alone))
      t.deepEqual(rest, whole)
      t.is(await readFile(log, 'utf8'), await readFile(join(path, 'a.csv'), 'utf8'))
      t.deepEqual((await readdir(path)).sort(), ['a.csv', 'b.csv'])
    }
  })
}

test('another run’s checkpoint is refused with the differences', async (t) => {
  const path = join(await folder(t), 'run.safetensors')
  const { signal, callback } = abortAfter(2)
  await codeOf(
    new Network(config).fit(x, y, { ...fit, signal, callbacks: [callback, backupAndRestore({ path })] }),
  )
  const before = await readFile(path)
  const error = await t.throwsAsync(
    new Network({ ...config, seed: 8 }).fit(x, y, {
      ...fit,
      batchSize: 17,
      callbacks: [{ name: 'abort' }, backupAndRestore({ path })],
    }),
  )
  t.is((error as { code?: string }).code, 'ERR_INVALID_ARGUMENT')
  t.regex(String(error?.message), /seed was "7", is "8"; batchSize was 16, is 17/)
  t.deepEqual(await readFile(path), before)
})

test('killed at any moment and started again, a run ends with the same bytes', async (t) => {
  const path = await folder(t)
  const program = fileURLToPath(new URL('support/resumable.ts', import.meta.url))
  const out = join(path, 'weights')
  const run = (backup: string) =>
    spawn(process.execPath, ['--import=tsx', program, join(path, backup), out], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  await once(run('alone'), 'exit')
  const expected = await readFile(out, 'utf8')
  await rm(out)
  const moments = new Generator().uniform(5, { low: 0, high: 250 })
  for (const moment of moments) {
    const child = run('backup')
    await once(child.stdout, 'data')
    // Whatever it is doing by then: training, writing a checkpoint, or nothing any more.
    await new Promise((resolve) => setTimeout(resolve, moment))
    const exited = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGKILL')) await exited
    if (existsSync(out)) break
  }
  if (!existsSync(out)) await once(run('backup'), 'exit')
  t.is(await readFile(out, 'utf8'), expected, `killed after ${moments.join(', ')} ms`)
})

test('a rate that was set within an epoch counts from the next one on, after a resume too', async (t) => {
  const path = join(await folder(t), 'run.safetensors')
  const steer = (stop?: AbortController): Callback => ({
    name: 'steer',
    everyBatches: 2,
    onBatches(run) {
      if (run.epoch === 1 && run.step === 2) run.learningRate = 0.01
      if (run.epoch === 1 && run.step === 4) stop?.abort()
    },
  })
  const backup = () => backupAndRestore({ path, everyBatches: 2 })
  const alone = new Network(config)
  await alone.fit(x, y, { ...fit, epochs: 3, callbacks: [steer(), backup()] })
  const stop = new AbortController()
  const first = new Network(config)
  const stopped = first.fit(x, y, {
    ...fit,
    epochs: 3,
    signal: stop.signal,
    callbacks: [steer(stop), backup()],
  })
  t.is(await codeOf(stopped), 'ERR_ABORTED')
  const resumed = new Network(config)
  await resumed.fit(x, y, { ...fit, epochs: 3, callbacks: [steer(), backup()] })
  t.deepEqual(bits(resumed), bits(alone))
})
