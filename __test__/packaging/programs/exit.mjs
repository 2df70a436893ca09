// Leaves with work pending: `node exit.mjs exit` by process.exit, `node exit.mjs throw` by an uncaught error.
import { heNormal, orthogonal } from 'symbreak'

void orthogonal({ seed: 1 }).createAsync([1500, 1500])
void heNormal({ seed: 2 }).createAsync([8000, 4000])
console.log('started')
if (process.argv[2] === 'exit') setTimeout(() => process.exit(3), 5)
else
  setTimeout(() => {
    throw new Error('on purpose')
  }, 5)
