import test from 'ava'
import fc from 'fast-check'
import { type ChoiceOptions, Generator } from 'symbreak'

const chosen = (seed: number, items: number, size: number, options?: ChoiceOptions) =>
  new Generator(seed, 'c').choice(items, size, options)

test('with replacement: integers', (t) => {
  t.deepEqual([...chosen(1, 10, 50)], [...new Generator(1, 'c').integers(50, { low: 0, high: 10 })])
})

test('without replacement: the end of the permutation, from the last on', (t) => {
  for (const [n, size] of [
    [1, 1],
    [5, 5],
    [5, 3],
    [3000, 2100],
    [4, 0],
  ] as const) {
    const expected = [...new Generator(1, 'c').permutation(n)].reverse().slice(0, size)
    t.deepEqual([...chosen(1, n, size, { replace: false })], expected)
  }
  t.is(new Set(chosen(3, 2 ** 32, 1000, { replace: false })).size, 1000)
})

test('items keep their kind', (t) => {
  const g = new Generator(4)
  t.true(g.choice(['a', 'b', 'c'], 20).every((word) => 'abc'.includes(word)))
  t.true(g.choice(Float64Array.of(0.5, 1.5), 3) instanceof Float64Array)
  t.true(g.choice(BigInt64Array.of(5n), 2).every((x) => x === 5n))
  t.is(g.choice([], 0).length, 0)
})

/** Counts of each index, against weights: chi-squared. */
function chiSquared(values: Iterable<number>, weights: readonly number[], total: number): number {
  const counts = weights.map(() => 0)
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  const sum = weights.reduce((a, b) => a + b)
  return weights.reduce((chi, weight, i) => {
    const expected = (total * weight) / sum
    return expected === 0
      ? counts[i] === 0
        ? chi
        : Infinity
      : chi + ((counts[i] as number) - expected) ** 2 / expected
  }, 0)
}

test('weights with replacement', (t) => {
  const weights = [1, 0, 5, 2.5, 0.01, 3, 0]
  const values = chosen(9, 7, 200_000, { weights })
  t.true(chiSquared(values, weights, 200_000) < 35, 'far beyond the 99.999 % point of 4 degrees of freedom')
  t.true(chosen(9, 3, 1000, { weights: Float32Array.of(0, 1e30, 0) }).every((i) => i === 1))
})

test('weights without replacement: the first is drawn by weight, the second by what is left', (t) => {
  const weights = [5, 3, 2]
  const g = new Generator(11)
  const pairs = new Map<number, number>()
  for (let i = 0; i < 20_000; i++) {
    const [a, b] = g.choice(3, 2, { replace: false, weights }) as unknown as [number, number]
    pairs.set(3 * a + b, (pairs.get(3 * a + b) ?? 0) + 1)
  }
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      const [first, second] = [weights[a] as number, weights[b] as number]
      const p = a === b ? 0 : ((first / 10) * second) / (10 - first)
      const deviation = Math.abs((pairs.get(3 * a + b) ?? 0) - 20_000 * p)
      t.true(deviation <= 5 * Math.sqrt(20_000 * p * (1 - p)), `${a}, ${b}`)
    }
  }
})

test('any weights: only items of positive weight, each once without replacement', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e300, noNaN: true })), {
        minLength: 1,
        maxLength: 9,
      }),
      fc.nat(),
      (weights, seed) => {
        const positive = weights.filter((weight) => weight > 0).length
        fc.pre(positive > 0 && weights.reduce((a, b) => a + b) < Infinity)
        const again = [...chosen(seed, weights.length, 50, { weights })]
        const once = [...chosen(seed, weights.length, positive, { weights, replace: false })]
        t.true([...again, ...once].every((i) => (weights[i] as number) > 0))
        t.is(new Set(once).size, positive)
      },
    ),
    { numRuns: 60 },
  )
})

test('refusals move nothing', (t) => {
  const g = new Generator(1)
  const refuse = (code: string, ...args: unknown[]) =>
    t.throws(() => g.choice(...(args as [number, number])), { code })
  const invalid = 'ERR_INVALID_ARGUMENT'
  refuse(invalid, 3, 4, { replace: false })
  refuse(invalid, 0, 1)
  refuse(invalid, [], 1)
  refuse(invalid, 3, -1)
  refuse(invalid, 'abc', 1)
  refuse(invalid, -1, 1)
  refuse(invalid, 3, 1, { replace: 1 })
  refuse(invalid, 3, 1, { weights: [1, -1, 1] })
  refuse(invalid, 3, 1, { weights: [0, 0, 0] })
  refuse(invalid, 3, 2, { weights: [0, 1, 0], replace: false })
  refuse(invalid, 2, 1, { weights: [1e308, 1e308] })
  refuse(invalid, 3, 1, { weight: [1] })
  refuse('ERR_LENGTH_MISMATCH', 3, 1, { weights: [1, 1] })
  t.is(g.position, 0n)
})
