import test from 'ava'
import {
  constantRate,
  cosineDecay,
  exponentialDecay,
  oneCycle,
  sgd,
  polynomialDecay,
  stepDecay,
  tableRate,
  type Schedule,
} from 'symbreak'

/** Factors at times 0 .. n - 1. */
const factors = (schedule: Schedule, n: number) => Array.from({ length: n }, (_, t) => schedule.factor(t))

/** Compares with a formula evaluated by the platform's own functions. */
function agrees(
  t: { true(value: boolean, message: string): void },
  schedule: Schedule,
  n: number,
  law: (t: number) => number,
) {
  for (const [time, factor] of factors(schedule, n).entries()) {
    t.true(
      Math.abs(factor - law(time)) <= 4e-16,
      `${schedule.kind} at ${time}: ${factor}, expected ${law(time)}`,
    )
  }
}

test('steps and powers are those of StepLR, ExponentialLR and PolynomialLR', (t) => {
  t.deepEqual(factors(constantRate(), 3), [1, 1, 1])
  t.deepEqual(factors(stepDecay({ every: 3, factor: 0.5 }), 7), [1, 1, 1, 0.5, 0.5, 0.5, 0.25])
  agrees(t, exponentialDecay({ factor: 0.9 }), 50, (k) => 0.9 ** k)
  t.deepEqual(factors(polynomialDecay({ steps: 4 }), 6), [1, 0.75, 0.5, 0.25, 0, 0])
  agrees(
    t,
    polynomialDecay({ steps: 4, exponent: 1.5, end: 0.25 }),
    6,
    (k) => 0.25 + 0.75 * (1 - Math.min(k, 4) / 4) ** 1.5,
  )
})

test('the cosine warms up, falls, and starts again', (t) => {
  agrees(
    t,
    cosineDecay({ steps: 5, end: 0.1 }),
    8,
    (k) => 0.1 + (0.9 * (1 + Math.cos((Math.PI * Math.min(k, 5)) / 5))) / 2,
  )
  const [first, second, third] = factors(cosineDecay({ steps: 10, warmup: 2 }), 3) as [number, number, number]
  t.deepEqual([first, second, third], [1 / 3, 2 / 3, 1])
  // Cycles of 2, 4, 8, ... steps, as CosineAnnealingWarmRestarts with T_0 = 2 and T_mult = 2.
  const parts = [0, 0.5, 0, 0.25, 0.5, 0.75, 0, 0.125]
  agrees(
    t,
    cosineDecay({ steps: 2, restarts: true, lengthen: 2 }),
    8,
    (k) => (1 + Math.cos(Math.PI * (parts[k] as number))) / 2,
  )
  agrees(t, cosineDecay({ steps: 3, restarts: true }), 9, (k) => (1 + Math.cos((Math.PI * (k % 3)) / 3)) / 2)
})

test('one cycle is that of OneCycleLR', (t) => {
  const anneal = (from: number, to: number, part: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * part))) / 2
  // total_steps 10, pct_start 0.3: up over steps 0 to 2, down over steps 2 to 9.
  agrees(t, oneCycle({ steps: 10 }), 10, (k) =>
    k <= 2 ? anneal(0.04, 1, k / 2) : anneal(1, 0.04 / 1e4, (k - 2) / 7),
  )
})

test('a table gives its own values, the last one for ever', (t) => {
  t.deepEqual(factors(tableRate([1, 0.5, 0]), 5), [1, 0.5, 0, 0, 0])
  t.deepEqual(factors(tableRate(Float32Array.of(1, 0.5)), 3), [1, 0.5, 0.5])
  t.is(tableRate([1], { unit: 'epoch' }).unit, 'epoch')
  const json = JSON.stringify(sgd({ schedule: tableRate([1, 0.5]) }))
  for (const schedule of [[1, 0.5], Float64Array.of(1, 0.5)]) t.is(JSON.stringify(sgd({ schedule })), json)
  t.throws(() => sgd({ schedule: [] }), { code: 'ERR_INVALID_ARGUMENT' })
  t.deepEqual(JSON.parse(JSON.stringify(tableRate([1, 0.5]))), {
    kind: 'tableRate',
    unit: 'step',
    values: [1, 0.5],
  })
})

test('parameters are checked', (t) => {
  const wrong: (() => unknown)[] = [
    () => stepDecay({ every: 0 }),
    () => exponentialDecay({ factor: -1 }),
    () => polynomialDecay({ steps: 4, exponent: 0.3 }),
    () => cosineDecay({ steps: 4, restart: true } as never),
    () => oneCycle({ steps: 1 }),
    () => tableRate([]),
    () => tableRate([1, Number.NaN]),
  ]
  for (const call of wrong) t.is((t.throws(call) as { code?: string }).code, 'ERR_INVALID_ARGUMENT')
})
