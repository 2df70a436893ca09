/**
 * Golden digests: values must not change within a major version. `golden.json` holds one SHA-256 a line of the grid,
 * in its order; a changed digest is a breaking change, never a test to be adjusted.
 */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { systemInfo } from 'symbreak'
import { digest, grid } from './engine/golden.js'

const golden = JSON.parse(readFileSync(new URL('engine/golden.json', import.meta.url), 'utf8')) as string[]

test('every line of the grid has its digest', (t) => {
  t.is(golden.length, grid().length)
})

for (const engine of ['js', 'native'] as const) {
  const run = engine === 'native' && systemInfo().nativeError !== undefined ? test.skip : test
  run(`the ${engine} engine gives the golden digests`, (t) => {
    for (const [i, line] of grid().entries()) {
      t.is(digest(line, engine), golden[i] as string, JSON.stringify(line))
    }
  })
}
