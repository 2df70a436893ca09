/** Positive nodes of the 16-point Gauss-Legendre rule on [-1, 1]; the rule is symmetric. */
const NODES = [
  0.09501250983763744, 0.2816035507792589, 0.45801677765722737, 0.6178762444026438, 0.755404408355003,
  0.8656312023878318, 0.9445750230732326, 0.9894009349916499,
]

const WEIGHTS = [
  0.1894506104550685, 0.18260341504492358, 0.16915651939500254, 0.14959598881657674, 0.12462897125553388,
  0.09515851168249279, 0.062253523938647894, 0.027152459411754096,
]

/** The integral of f from `low` to `high`, by 16 points on each of `panels` equal panels. */
export function integrate(f: (x: number) => number, low: number, high: number, panels: number): number {
  const half = (high - low) / (2 * panels)
  let sum = 0
  for (let panel = 0; panel < panels; panel++) {
    const middle = low + (2 * panel + 1) * half
    for (let k = 0; k < NODES.length; k++) {
      const reach = (NODES[k] as number) * half
      sum += (WEIGHTS[k] as number) * (f(middle - reach) + f(middle + reach))
    }
  }
  return sum * half
}
