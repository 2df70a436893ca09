/**
 * A fresh 64-bit seed from the operating system's entropy. Where the runtime has no `crypto` (a bare JavaScript
 * context), `Math.random` stands in: distinct seeds, which is all that is needed, but not unpredictable ones.
 */
export function entropySeed(): bigint {
  const words = new Uint32Array(2)
  const { crypto } = globalThis as { crypto?: Pick<Crypto, 'getRandomValues'> }
  if (crypto === undefined) words.forEach((_, i) => (words[i] = Math.random() * 2 ** 32))
  else crypto.getRandomValues(words)
  return (BigInt(words[1] as number) << 32n) | BigInt(words[0] as number)
}
