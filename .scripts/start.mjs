/**
 * `npm start`: sets up what is missing, then the main job through the command line: a whole checkpoint made and
 * verified, and the same small network trained from five different starts on real data.
 */
import { mkdirSync } from 'node:fs'
import { at, must } from './lib/shell.mjs'
import { setup } from './setup.mjs'

const checkpoint = at('.out', 'resnet50.safetensors')

function symbreak(title, args) {
  console.error(`\n# ${title}\n$ symbreak ${args.join(' ')}`)
  must(process.execPath, [at('dist', 'cli', 'main.js'), ...args])
}

setup()
mkdirSync(at('.out'), { recursive: true })
symbreak('ResNet-50: every parameter tensor, drawn from one seed', [
  'init',
  '__test__/data/models/resnet50.plan.json',
  '-o',
  checkpoint,
])
symbreak('The file, derived again and compared byte for byte', ['verify', checkpoint])
symbreak('64-32-10 networks on handwritten digits, 10 seeds from each start', [
  'compare',
  '__test__/data/digits.csv',
  '--label',
  'label',
  '--hidden',
  '32',
  '--initializers',
  'zeros,constant(0.1),randomNormal(1),glorotUniform,heNormal',
  '--seeds',
  '10',
  '--epochs',
  '30',
  '--batch-size',
  '32',
  '--learning-rate',
  '0.1',
  '--scale',
  '16',
  '--test',
  '0.2',
])
symbreak('Which engine and kernel did it', ['doctor'])
