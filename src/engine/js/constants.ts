const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)

/** The f32 with these bits: constants are written as the specification lists them. */
export function hex(u: number): number {
  bits[0] = u
  return float[0] as number
}

/** -2 ln((1 - n / 2) 2^-e) is e LN_4 + n + q (n + z R(z)), q = n / (4 - n), z = q q; these are R's coefficients. */
export const LOG: readonly [number, number, number, number] = [
  hex(0x3faaaa80),
  hex(0x3f4ce94f),
  hex(0x3f0f59d1),
  hex(0x3f0f82bc),
]

export const LN_4 = hex(0x3fb17218)
