import { InvalidArgumentError } from 'commander'

/** Reads a whole number of at least `low`. */
export function wholeNumber(low: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= low) return value
    throw new InvalidArgumentError(`expected a whole number of at least ${low}`)
  }
}

/** Reads a finite number. */
export function number(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('expected a number')
}

/** Reads a seed: a decimal integer below 2^64. */
export function seed(text: string): bigint {
  if (/^\d{1,20}$/.test(text) && BigInt(text) < 1n << 64n) return BigInt(text)
  throw new InvalidArgumentError('expected an integer from 0 to 2^64 - 1')
}

/** Reads `a,b,c`, commas within parentheses belonging to their entry. */
export function list(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Reads `i/N`, a share of numbered work. */
export function share(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  if (index !== undefined && Number(index) < Number(count))
    return { index: Number(index), count: Number(count) }
  throw new InvalidArgumentError('expected i/N with 0 <= i < N')
}
