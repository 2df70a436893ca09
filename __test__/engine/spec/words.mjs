import { createHash } from 'node:crypto'
import { M32 } from './numbers.mjs'

export function streamOf(path) {
  if (path === '') return 0n
  return createHash('sha256').update(path, 'utf8').digest().readBigUInt64LE(0)
}

function philox(counter, key) {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0
    const p1 = 0xcd9e8d57n * c2
    ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & M32, (p0 >> 32n) ^ c3 ^ k1, p0 & M32]
    k0 = (k0 + 0x9e3779b9n) & M32
    k1 = (k1 + 0xbb67ae85n) & M32
  }
  return [c0, c1, c2, c3].map(Number)
}

const rotl = (x, k) => ((x << k) | (x >>> (32 - k))) >>> 0

/** The 4096 words of a block. */
function blockOf(seed, stream, block) {
  const words = new Uint32Array(4096)
  for (let lane = 0; lane < 16; lane++) {
    const c = BigInt.asUintN(64, 16n * BigInt(block) + BigInt(lane))
    let [s0, s1, s2, s3] = philox([c & M32, c >> 32n, stream & M32, stream >> 32n], [seed & M32, seed >> 32n])
    if ((s0 | s1 | s2 | s3) === 0) s0 = 1
    for (let step = 0; step < 256; step++) {
      words[16 * step + lane] = rotl((s0 + s3) >>> 0, 7) + s0
      const t = (s1 << 9) >>> 0
      s2 = (s2 ^ s0) >>> 0
      s3 = (s3 ^ s1) >>> 0
      s1 = (s1 ^ s2) >>> 0
      s0 = (s0 ^ s3) >>> 0
      s2 = (s2 ^ t) >>> 0
      s3 = rotl(s3, 11)
    }
  }
  return words
}

/** word(i) and the 53-bit integers' two parts of a stream. */
export function source(seed, path) {
  const stream = streamOf(path)
  const blocks = new Map()
  const word = (i) => {
    const b = Math.floor(i / 4096)
    if (!blocks.has(b)) blocks.set(b, blockOf(BigInt(seed), stream, b))
    return blocks.get(b)[i % 4096]
  }
  const parts = (k) => {
    const at = 32 * Math.floor(k / 16) + (k % 16)
    return [word(at), word(at + 16) >>> 11]
  }
  const u53 = (k) => {
    const [high, low] = parts(k)
    return (high * 2 ** 21 + low) * 2 ** -53
  }
  return { word, parts, u53 }
}
