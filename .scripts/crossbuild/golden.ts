/** Prints the digests of the golden grid, in its order. */
import { digest, grid } from '../../__test__/engine/golden.js'

console.log(JSON.stringify(grid().map((line) => digest(line, 'native'))))
