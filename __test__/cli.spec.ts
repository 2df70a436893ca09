import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { Network, writeNpy } from 'symbreak'
import { folder } from './support/folder.js'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const iris = fileURLToPath(new URL('data/iris.csv', import.meta.url))
const quick = [iris, '--standardize', '--shuffle-rows', '--epochs', '8', '--batch-size', '16']

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
}

/** Waits for the end, with all that was printed. */
async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}

const run = (...args: string[]) => ended(start(args))

test('doctor tells the engine, as text and as JSON', async (t) => {
  const { code, out } = await run('doctor', '--json')
  t.is(code, 0)
  const info = JSON.parse(out) as Record<string, unknown>
  t.true(info['engine'] === 'native' || info['engine'] === 'js')
  t.is(info['node'], process.version)
  t.regex((await run('doctor')).out, new RegExp(`engine +${String(info['engine'])}\n`))
})

test('a kernel that is none is refused by the variable’s name', async (t) => {
  const { code, err } = await ended(start(['doctor'], { SYMBREAK_KERNEL: 'mmx' }))
  t.is(code, 2)
  t.regex(err, /SYMBREAK_KERNEL must be one of .*scalar.*"mmx"/)
  t.is((await ended(start(['doctor'], { SYMBREAK_KERNEL: 'scalar' }))).code, 0)
})

test('mistakes in the call exit with 2 and say what is allowed', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['nope'], /unknown command/],
    [['train'], /missing required argument/],
    [['train', iris, '--epochs', '0'], /whole number of at least 1/],
    [['train', iris, '--activation', 'swish'], /Allowed choices are linear, relu/],
    [['train', iris, '--label', 'nope'], /no column "nope"; it has sepal_length_cm/],
    [['train', iris, '--initializer', 'heNormall'], /ERR_UNKNOWN_INITIALIZER/],
    [['train', iris, '--test', '1'], /--test/],
    [['train', iris, '--optimizer', 'adam', '--momentum', '0.9'], /--momentum is no option of adam/],
    [['compare', iris, '--seeds', 'x'], /whole number/],
    [['report', iris], /is not JSON/],
  ]
  for (const [args, message] of wrong) {
    const { code, out, err } = await run(...args)
    t.is(code, 2, args.join(' '))
    t.is(out, '')
    t.regex(err, message)
  }
  t.is((await run('train', '/no/such.csv')).code, 1)
  t.is((await run('--help')).code, 0)
})

test('a cell that is no number is named by row and column', async (t) => {
  const path = join(await folder(t), 'bad.csv')
  await writeFile(path, 'a,b,label\n1,2,0\n3,nan,1\n')
  const { code, err } = await run('train', path)
  t.is(code, 2)
  t.regex(err, /row 3, column "b" holds "nan"/)
})

test('train prints a line an epoch and saves the network it trained', async (t) => {
  const path = join(await folder(t), 'iris.safetensors')
  const { code, out, err } = await run('train', ...quick, '--json', '--seed', '3', '--save', path)
  t.is(code, 0, err)
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  t.deepEqual(
    lines.map((line) => line['epoch']),
    [0, 1, 2, 3, 4, 5, 6, 7, undefined],
  )
  t.deepEqual(Object.keys(lines[0] ?? {}), ['epoch', 'loss', 'accuracy', 'val_loss', 'val_accuracy'])
  t.true((lines.at(-1)?.['accuracy'] as number) > 0.8)
  t.is((await Network.load(path)).seed, 3n)
  t.notRegex(err, /\r|█/)
  const plain = await run('train', ...quick, '--seed', '3')
  t.regex(plain.out, /^loss 0\.\d{4}, accuracy 0\.\d{4} on the test rows after 8 epochs/)
  t.is(plain.err.trim().split('\n').length, 8)
})

test('a .npy file trains as the same numbers in CSV do', async (t) => {
  const path = join(await folder(t), 'iris.npy')
  const rows = (await readFile(iris, 'utf8')).trim().split('\n').slice(1)
  const data = Float64Array.from(rows.flatMap((row) => row.split(',').map(Number)))
  await writeNpy(path, { shape: [rows.length, 5], data })
  const [csv, npy] = await Promise.all([
    run('train', ...quick, '--json'),
    run('train', path, ...quick.slice(1), '--json'),
  ])
  const epochs = (out: string) => out.split('\n').slice(0, 8)
  t.deepEqual(epochs(npy.out), epochs(csv.out))
})

test('classes may have names, and training may stop by itself', async (t) => {
  const path = join(await folder(t), 'named.csv')
  const names = ['setosa', 'versicolor', 'virginica']
  const text = (await readFile(iris, 'utf8')).replace(/,(\d)$/gm, (_, label) => `,${names[Number(label)]}`)
  await writeFile(path, text)
  const regular = ['--dropout', '0.1', '--l2', '0.001', '--patience', '1', '--epochs', '500', '--json']
  const [named, numbered] = await Promise.all([
    run('train', path, ...quick.slice(1, -2), ...regular),
    run('train', ...quick.slice(0, -2), ...regular),
  ])
  t.is(named.code, 0, named.err)
  const epochs = (out: string) => out.trim().split('\n').slice(0, -1)
  t.deepEqual(epochs(named.out), epochs(numbered.out))
  t.true(epochs(named.out).length < 500)
  t.is((await run('train', path, '--regression')).code, 2)
})

test('Ctrl-C leaves a checkpoint from which the same command goes on', async (t) => {
  const path = await folder(t)
  const args = (name: string) => [
    'train',
    ...quick.slice(0, 3),
    '--epochs',
    '400',
    '--batch-size',
    '4',
    '--json',
    '--checkpoint',
    join(path, `${name}.run`),
    '--save',
    join(path, `${name}.safetensors`),
  ]
  const child = start(args('a'))
  const end = ended(child)
  // The first line is an epoch done.
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  child.kill('SIGINT')
  const { code, err } = await end
  t.is(code, 130)
  t.regex(err, /run the same command again/)
  t.deepEqual(await readdir(path), ['a.run'])
  t.is((await run(...args('a'))).code, 0)
  t.is((await run(...args('b'))).code, 0)
  t.false(existsSync(join(path, 'a.run')))
  t.deepEqual(await readFile(join(path, 'a.safetensors')), await readFile(join(path, 'b.safetensors')))
})

test('Ctrl-C without a checkpoint tells that nothing is kept', async (t) => {
  const child = start(['train', ...quick, '--epochs', '4000', '--json'])
  const end = ended(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  child.kill('SIGINT')
  const { code, err } = await end
  t.is(code, 130)
  t.regex(err, /nothing is kept: with --checkpoint FILE/)
})

test('test rows are drawn from the whole file, which may be sorted by its answers', async (t) => {
  const accuracy = async (...more: string[]) => {
    const { out } = await run('train', iris, '--standardize', '--epochs', '20', '--json', ...more)
    return (JSON.parse(out.trim().split('\n').at(-1) as string) as { accuracy: number }).accuracy
  }
  const shuffled = await accuracy()
  t.true(shuffled > 0.8)
  t.true((await accuracy('--no-shuffle-rows')) < 0.7)
  t.is(await accuracy('--shuffle-rows'), shuffled)
})

test('a comparison in which every network fails says why, and fails', async (t) => {
  const args = ['compare', ...quick, '--seeds', '2', '--initializers', 'heNormal', '--learning-rate', '1e30']
  const { code, out, err } = await run(...args)
  t.is(code, 1)
  t.regex(err, /HeNormal: 2 of 2 networks failed, seed 0: training met NaN or infinity/)
  t.regex(out, /HeNormal/)
})

test('a folder that cannot hold the checkpoint is told before training', async (t) => {
  const { code, out, err } = await run('train', ...quick, '--checkpoint', 'no/such/file', '--json')
  t.is(code, 1)
  t.is(out, '')
  t.regex(err, /cannot write no\/such\/file/)
})

test('compare and report tell the same', async (t) => {
  const path = join(await folder(t), 'report.json')
  const args = ['compare', ...quick, '--initializers', 'constant(0.5),glorotUniform', '--seeds', '3']
  const json = await run(...args, '--json', '--parallel', '2')
  t.is(json.code, 0, json.err)
  await writeFile(path, json.out)
  const table = await run(...args)
  t.is((await run('report', path)).out, table.out)
  t.deepEqual(JSON.parse((await run('report', path, '--json')).out), JSON.parse(json.out))
  t.regex(table.out, /Constant\(value=0\.5\).* 1 +- +- +0 \n/)
  t.regex(table.out, /GlorotUniform.* 32 +- +- +0 \n/)
})
