/** Tests of the claims that a guide makes: its sentences in bold. */
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'

/** The sentences in bold of a file in src/guides, without their full stops and escapes. */
function claimsOf(guide: string): string[] {
  const text = readFileSync(new URL(`../../src/guides/${guide}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^- \*\*(.+?)\*\*/gms)].map(([, claim = '']) =>
    claim.replace(/\s+/g, ' ').replaceAll('\\', '').replace(/\.$/, ''),
  )
}

/** Declares a test of each claim; a sentence without a test, or a test without a sentence, fails. */
export function testClaims(
  guide: string,
  claims: Record<string, (t: ExecutionContext) => void | Promise<void>>,
): void {
  test(`every claim of ${guide} has its test`, (t) => {
    t.deepEqual(claimsOf(guide).sort(), Object.keys(claims).sort())
  })
  for (const [claim, check] of Object.entries(claims)) test(claim, check)
}

/** Mean, standard deviation and extremes of an array. */
export function moments(values: ArrayLike<number>) {
  const array = Array.from(values)
  const mean = array.reduce((sum, value) => sum + value, 0) / array.length
  const variance = array.reduce((sum, value) => sum + (value - mean) ** 2, 0) / array.length
  const [min, max] = array.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  )
  return { mean, stddev: Math.sqrt(variance), min, max }
}

/** Whether two numbers are within a share of each other. */
export function near(a: number, b: number, share = 0.03): boolean {
  return Math.abs(a - b) <= share * Math.abs(b)
}
