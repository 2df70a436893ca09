/** Arrays of another realm: another vm context here, another frame in a browser. */
import { createContext, runInContext } from 'node:vm'
import test from 'ava'
import { Generator, heNormal, Network, dense, plan, spectralNorm } from 'symbreak'
import { engines } from './support/checkpoint.js'

const context = createContext({})
const foreign = <T>(code: string) => runInContext(code, context) as T

for (const engine of engines) {
  test(`${engine}: fills arrays of another realm in place`, async (t) => {
    const out = foreign<Float32Array>('new Float32Array(10)')
    t.is(new Generator(1).uniform(out, { engine }), out)
    t.deepEqual([...out], [...new Generator(1).uniform(10)])
    const doubles = foreign<Float64Array>('new Float64Array(10)')
    await new Generator(1).normalAsync(doubles, { engine })
    t.deepEqual([...doubles], [...new Generator(1).normal(10, { dtype: 'F64' })])
    const bits = foreign<Uint16Array>('new Uint16Array(4)')
    heNormal({ seed: 1 }).fill(bits, [2, 2], { dtype: 'BF16', engine })
    t.deepEqual([...bits], [...heNormal({ seed: 1 }).create([2, 2], { dtype: 'BF16' })])
    const trials = foreign<Uint8Array>('new Uint8Array(40)')
    new Generator(1).bernoulli(trials, { p: 0.5, engine })
    t.deepEqual([...trials], [...new Generator(1).bernoulli(40, { p: 0.5 })])
    t.true(Math.abs(spectralNorm(foreign('new Float64Array([1, 0, 0, 2])'), [2, 2], { engine }) - 2) < 1e-9)
  })

  test(`${engine}: plans and networks take arrays, maps and patterns of another realm`, async (t) => {
    const p = plan({
      seed: 1,
      tensors: [{ name: 'w', shape: [3, 3] }],
      rules: [{ match: foreign('/w/'), init: 'he_normal' }],
    })
    const arrays = foreign<Map<string, Float32Array>>("new Map([['w', new Float32Array(9)]])")
    p.fill(arrays, { engine })
    t.deepEqual([...(arrays.get('w') as Float32Array)], [...(p.create().get('w') as Float32Array)])
    const network = () => new Network({ inputs: 2, layers: [dense(2)], loss: 'hinge', seed: 1, engine })
    const [here, there] = [network(), network()]
    await here.fit(Float32Array.of(1, 2, 3, 4), Int32Array.of(0, 1))
    await there.fit(foreign('Float32Array.of(1, 2, 3, 4)'), foreign('Int32Array.of(0, 1)'))
    t.deepEqual(here.weights, there.weights)
  })
}

test('shared memory of another realm is refused by the native engine too', (t) => {
  const shared = new Float32Array(foreign<SharedArrayBuffer>('new SharedArrayBuffer(40)'))
  t.throws(() => new Generator(1).uniform(shared, { engine: 'native' }), { code: 'ERR_SHARED_MEMORY' })
  t.deepEqual([...new Generator(1).uniform(shared)], [...new Generator(1).uniform(10)])
})
