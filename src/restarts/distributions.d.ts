/** The part of the `distributions` package (the Cephes library) that is used here; it carries no types of its own. */
declare module 'distributions' {
  interface Distribution {
    cdf(x: number): number
    inv(p: number): number
  }
  export function Normal(mean?: number, stddev?: number): Distribution
  export function Studentt(degreesOfFreedom: number): Distribution
}
