import { Generator, heNormal, plan, type Initializer, type SystemInfo, systemInfo } from 'symbreak'
import { glorotUniform } from 'symbreak/js'

const initializer: Initializer = heNormal({ seed: 7n })
const array: Float32Array = initializer.create([2, 3], { layout: 'torch' })
const order: Uint32Array = new Generator(7).permutation(3)
const bytes: number = plan({
  seed: 1,
  tensors: [{ name: 'a', shape: [2], init: glorotUniform() }],
}).byteLength
const info: SystemInfo = systemInfo()
// @ts-expect-error an option that does not exist
heNormal({ sede: 7 })
console.log(array.length, order.length, bytes, info.engine)
