/** What is computed from the caller's own weights and data, without blocking the event loop. */
import test from 'ava'
import * as symbreak from 'symbreak'
import { normal, type Progress } from 'symbreak'
import { rounds } from './support/rounds.js'

const [size, wide] = [120, 90]
const w = normal(size * wide, { seed: 4 })
const shape: [number, number] = [size, wide]
const seen = { data: w, shape }

interface Heavy {
  readonly now: () => unknown
  readonly later: (options?: symbreak.AsyncOptions) => Promise<unknown>
}

const calls: Record<string, Heavy> = {
  pca: {
    now: () => symbreak.pca(seen, { whiten: true }),
    later: (o) => symbreak.pcaAsync(seen, { whiten: true, ...o }),
  },
  zca: { now: () => symbreak.zca(seen), later: (o) => symbreak.zcaAsync(seen, o) },
  resizeEmbedding: {
    now: () => symbreak.resizeEmbedding(w, shape, 2000, { seed: 1 }),
    later: (o) => symbreak.resizeEmbeddingAsync(w, shape, 2000, { seed: 1, ...o }),
  },
  pissa: {
    now: () => symbreak.pissa(w, shape, { rank: 4 }),
    later: (o) => symbreak.pissaAsync(w, shape, { rank: 4, ...o }),
  },
  olora: {
    now: () => symbreak.olora(w, shape, { rank: 4, layout: 'torch' }),
    later: (o) => symbreak.oloraAsync(w, shape, { rank: 4, layout: 'torch', ...o }),
  },
}
for (const engine of ['native', 'js'] as const) {
  calls[`spectralNorm, ${engine}`] = {
    now: () => symbreak.spectralNorm(w, shape, { engine }),
    later: (o) => symbreak.spectralNormAsync(w, shape, { engine, ...o }),
  }
  calls[`singularValues, ${engine}`] = {
    now: () => symbreak.singularValues(w, shape, { engine }),
    later: (o) => symbreak.singularValuesAsync(w, shape, { engine, ...o }),
  }
  calls[`orthogonalityError, ${engine}`] = {
    now: () => symbreak.orthogonalityError(w, shape, { engine }),
    later: (o) => symbreak.orthogonalityErrorAsync(w, shape, { engine, ...o }),
  }
}
const doubles = Float64Array.from(w)
calls['singularValues of doubles'] = {
  now: () => symbreak.singularValues(doubles, shape),
  later: (o) => symbreak.singularValuesAsync(doubles, shape, o),
}

for (const [name, { now, later }] of Object.entries(calls)) {
  test(`${name}: the same later, with progress, and stopped by a signal`, async (t) => {
    const reports: Progress[] = []
    t.deepEqual(await later({ onProgress: (report) => reports.push({ ...report }) }), now())
    t.deepEqual(
      reports.map(({ done, total }) => [done, total]),
      [[1, 1]],
    )
    await t.throwsAsync(() => later({ signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
    const stop = new AbortController()
    const left = later({ signal: stop.signal })
    stop.abort()
    await t.throwsAsync(left, { code: 'ERR_ABORTED' })
    await t.throwsAsync(() => later({ nonsense: 1 } as never), { code: 'ERR_INVALID_ARGUMENT' })
  })
}

test.serial('the event loop turns while they work', async (t) => {
  for (const name of ['pca', 'pissa', 'resizeEmbedding', 'singularValues, js']) {
    const turns = await rounds(calls[name]?.later() as Promise<unknown>)
    t.true(turns > 0, `${name}: ${turns} turns`)
  }
})
