const { heNormal } = require('symbreak')
const { heNormal: withoutNode } = require('symbreak/js')

const array = heNormal({ seed: 7 }).create([4, 4])
const same = withoutNode({ seed: 7 })
  .create([4, 4])
  .every((v, i) => v === array[i])
console.log(JSON.stringify({ array: [...array], same, version: require('symbreak/package.json').version }))
