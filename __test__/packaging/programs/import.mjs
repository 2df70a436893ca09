import { heNormal } from 'symbreak'
import { heNormal as withoutNode } from 'symbreak/js'

const array = heNormal({ seed: 7 }).create([4, 4])
console.log(
  JSON.stringify({
    array: [...array],
    same: withoutNode({ seed: 7 })
      .create([4, 4])
      .every((v, i) => v === array[i]),
  }),
)
