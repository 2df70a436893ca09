import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { open, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { planFromFile, readSafetensors, verify } from 'symbreak'
import { folder } from './support/folder.js'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const model = (name: string) => fileURLToPath(new URL(`data/models/${name}.json`, import.meta.url))

interface Ended {
  code: number | null
  out: Buffer
  err: string
}

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function ended(child: ChildProcess): Promise<Ended> {
  const out: Buffer[] = []
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out: Buffer.concat(out), err }
}

const run = (args: string[], env?: Record<string, string>) => ended(start(args, env))

async function planFile(path: string, tensors: object[]): Promise<string> {
  const file = join(path, 'plan.json')
  await writeFile(file, JSON.stringify({ seed: 7, tensors }))
  return file
}

const small = [
  { name: 'a/kernel', shape: [30, 20], init: 'he_normal' },
  { name: 'a/bias', shape: [20], init: 'zeros' },
  { name: 'b/kernel', shape: [20, 10], init: 'orthogonal' },
]

test('init writes a file that verify accepts; --json and standard output say the same', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, small)
  const path = join(here, 'm.safetensors')
  const text = await run(['init', plan, '-o', path])
  t.is(text.code, 0, text.err)
  t.regex(text.out.toString(), /^3 of 3 tensors, 820 weights in all.*\nwrote .*m\.safetensors\n$/s)
  const json = await run(['init', plan, '-o', path, '--json'])
  const report = JSON.parse(json.out.toString()) as { bytes: number; files: { path: string }[] }
  t.deepEqual([report.bytes, report.files[0]?.path], [(await readFile(path)).length, path])
  t.deepEqual((await run(['init', plan, '-o', '-'])).out, await readFile(path))
  const check = await run(['verify', path])
  t.is(check.code, 0)
  t.regex(check.out.toString(), /^ok: 3 tensors/)
  // Off a terminal, progress is JSON lines.
  const last = JSON.parse(check.err.trim().split('\n').at(-1) as string) as Record<string, unknown>
  t.deepEqual([last['done'], last['total'], last['unit']], [3280, 3280, 'bytes'])
})

test('init takes --rules, --seed, --dtype, --exclude and another checkpoint as the list of tensors', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, small)
  const first = join(here, 'm.safetensors')
  await run(['init', plan, '-o', first])
  const rules = join(here, 'rules.json')
  await writeFile(rules, JSON.stringify({ rules: [{ match: '*kernel', init: 'glorot_uniform' }] }))
  const path = join(here, 'n.safetensors')
  const args = ['--rules', rules, '--seed', '18446744073709551615', '--dtype', 'BF16', '--exclude', '*/bias']
  const { code, err } = await run(['init', first, '-o', path, ...args])
  t.is(code, 0, err)
  const { metadata, tensors } = await readSafetensors(path)
  t.is(metadata['seed'], '18446744073709551615')
  t.deepEqual(
    [...tensors].map(([name, { dtype }]) => [name, dtype]),
    [
      ['a/kernel', 'BF16'],
      ['b/kernel', 'BF16'],
    ],
  )
  const unmatched = await run(['init', first, '-o', path])
  t.is(unmatched.code, 2)
  for (const { name } of small) t.true(unmatched.err.includes(name))
})

test('--dry-run tells law, fans, deviation, bytes and owner of every tensor, and makes nothing', async (t) => {
  const here = await folder(t)
  const args = [
    model('llama3_8b'),
    '--preset',
    'llama',
    '--max-shard-size',
    '5GB',
    '--shard',
    '0/2',
    '--dry-run',
  ]
  const table = await run(['init', ...args, '-o', join(here, 'llama.safetensors')])
  t.is(table.code, 0, table.err)
  const lines = table.out.toString().trim().split('\n')
  t.regex(lines[0] as string, /tensor +shape +dtype +law +fan in +fan out +std +bytes +owner +file/)
  t.regex(
    lines.find((line) => line.includes('layers.31.mlp.down_proj')) as string,
    /\[4096, 14336\].*BF16.*normal.*0\.02.*117440512.* 1 .*-00004-of-00004/,
  )
  const { rows, bytes } = JSON.parse((await run(['init', ...args, '--json'])).out.toString()) as {
    rows: unknown[]
    bytes: number
  }
  t.deepEqual([rows.length, bytes], [291, 16_060_522_496])
  t.deepEqual(await readdir(here), [])
})

test('a batch system’s variables share the files out, and the last process writes the index', async (t) => {
  const here = await folder(t)
  const tensors = Array.from({ length: 6 }, (_, i) => ({ name: `w${i}`, shape: [10, 10], init: 'ones' }))
  const plan = await planFile(here, tensors)
  const path = join(here, 'm.safetensors')
  const args = ['init', plan, '-o', path, '--max-shard-size', '400']
  const shares = [
    { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '3' },
    { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' },
    { AWS_BATCH_JOB_ARRAY_INDEX: '1', AWS_BATCH_JOB_ARRAY_SIZE: '3' },
  ]
  for (const [i, env] of shares.entries()) {
    t.is((await run(args, env)).code, 0)
    const names = await readdir(here)
    t.is(names.filter((name) => name.endsWith('.safetensors')).length, 2 * (i + 1))
    t.is(names.includes('m.safetensors.index.json'), i === 2)
  }
  t.true((await verify(join(here, 'm.safetensors.index.json'))).ok)
})

test('verify --sample compares a share, the same one for the same --seed, and finds a wrong tensor', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, [{ name: 'w', shape: [2000, 1000], init: 'random_normal' }, ...small])
  const path = join(here, 'm.safetensors')
  await run(['init', plan, '-o', path])
  const ask = async (...args: string[]) => {
    const { code, out } = await run(['verify', path, '--json', ...args])
    return { code, ...(JSON.parse(out.toString()) as { ok: boolean; bytes: number; seed: string }) }
  }
  const sample = await ask('--sample', '0.01', '--seed', '5')
  t.like(sample, { code: 0, ok: true, tensors: 4, bytes: 2 ** 20 + 3280, seed: '5' })
  const file = await open(path, 'r+')
  await file.write(Buffer.from([0xff]), 0, 1, (await file.stat()).size - 4)
  await file.close()
  t.like(await ask('--sample', '0.01', '--seed', '5'), {
    code: 1,
    ok: false,
    mismatches: [{ name: 'b/kernel', offset: 796 }],
  })
  t.is((await run(['verify', path, '--sample', '2'])).code, 2)
})

test('Ctrl-C leaves whole files only and says how to go on; the same command goes on', async (t) => {
  const here = await folder(t)
  const tensors = Array.from({ length: 24 }, (_, i) => ({
    name: `w${i}`,
    shape: [192, 192],
    init: 'orthogonal',
  }))
  const plan = await planFile(here, tensors)
  const args = ['init', plan, '-o', join(here, 'm.safetensors'), '--max-shard-size', '150KB']
  // The TypeScript engine takes a second for this: time enough to be interrupted in.
  const child = start(args, { SYMBREAK_ENGINE: 'js' })
  const end = ended(child)
  while ((await readdir(here)).filter((name) => name.endsWith('.safetensors')).length < 2) await wait(5)
  child.kill('SIGINT')
  const { code, err } = await end
  t.is(code, 130)
  t.regex(err, /nothing half-written is left under the final name; run the same command again to go on/)
  const files = (await readdir(here)).filter((name) => name !== 'plan.json')
  t.true(files.length > 0 && files.length < 24, files.join())
  for (const name of files) {
    t.regex(name, /^m-000\d\d-of-00024\.safetensors$/)
    t.true((await verify(join(here, name))).ok, name)
  }
  const again = await run(args)
  t.is(again.code, 0, again.err)
  t.is(again.out.toString().match(/^kept /gm)?.length, files.length)
  t.true((await verify(join(here, 'm.safetensors.index.json'))).ok)
})

test('names of a plan that look like paths stay names', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, [{ name: '../x', shape: [4], init: 'ones' }])
  await run(['init', plan, '-o', join(here, 'm.safetensors'), '--max-shard-size', '16'])
  t.deepEqual((await readdir(here)).toSorted(), ['m.safetensors', 'plan.json'])
  const again = await planFromFile(join(here, 'm.safetensors'), {
    preset: 'torch',
    rules: [{ match: '*', init: 'ones' }],
  })
  t.is(again.tensors[0]?.name, '../x')
})

test('a rules file, a plan or an output that can’t be is told, with the exit code of its kind', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, small)
  const bad = join(here, 'bad.json')
  await writeFile(bad, '{')
  const out = join(here, 'm.safetensors')
  const cases: [string[], number, RegExp][] = [
    [['init', plan], 2, /needs -o/],
    [['init', plan, '-o', out, '--shard', '0/2'], 2, /--max-shard-size/],
    [['init', plan, '-o', out, '--rules', bad], 1, /bad\.json.*ERR_BAD_FILE/],
    [['init', join(here, 'none.json'), '-o', out], 1, /ERR_IO/],
    [['init', plan, '-o', join(here, 'none', 'm.safetensors')], 1, /ERR_IO/],
    [['verify', join(here, 'none.safetensors')], 1, /ERR_IO/],
  ]
  for (const [args, expected, message] of cases) {
    const { code, out: printed, err } = await run(args)
    t.deepEqual([code, printed.toString()], [expected, ''], `${args.join(' ')}: ${err}`)
    t.regex(err, message)
  }
})

test('the same bytes from either engine and any number of threads', async (t) => {
  const here = await folder(t)
  const plan = await planFile(here, small)
  const shas = new Set<string>()
  for (const [env, threads] of [
    [{ SYMBREAK_ENGINE: 'js' }, '1'],
    [{}, '1'],
    [{}, '2'],
  ] as const) {
    const { out } = await run(['init', plan, '-o', '-', '--threads', threads], env)
    shas.add(createHash('sha256').update(out).digest('hex'))
  }
  t.is(shas.size, 1)
})

test('standard output is one file: options of shards are refused, not ignored', async (t) => {
  const plan = await planFile(await folder(t), small)
  for (const options of [
    ['--max-shard-size', '1kB'],
    ['--max-shard-size', '1kB', '--shard', '0/2'],
  ]) {
    const { code, out, err } = await run(['init', plan, '-o', '-', ...options])
    t.deepEqual([code, out.length], [2, 0])
    t.regex(err, /-o - is one file/)
  }
})

test('--shards counts the processes of a system that tells their numbers alone', async (t) => {
  const here = await folder(t)
  const tensors = ['a', 'b', 'c'].map((name) => ({ name, shape: [10, 10], init: 'ones' }))
  const plan = await planFile(here, tensors)
  const path = join(here, 'm.safetensors')
  const args = ['init', plan, '-o', path, '--max-shard-size', '400']
  for (const [i, last] of [false, false, true].entries()) {
    const { code } = await run([...args, '--shards', '3'], { JOB_COMPLETION_INDEX: String(i) })
    t.is(code, 0)
    t.is((await readdir(here)).includes('m.safetensors.index.json'), last)
  }
  t.is((await run([...args, '--shards', '3'])).code, 2)
  const whole = ['init', plan, '-o', join(here, 'whole.safetensors')]
  t.is((await run([...whole, '--shards', '3'], { JOB_COMPLETION_INDEX: '0' })).code, 2)
  const { code, err } = await run(whole, { JOB_COMPLETION_INDEX: '0' })
  t.is(code, 0)
  t.regex(err, /each process of this batch writes the whole/)
  const alone = await run(whole, { JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '1' })
  t.is(alone.code, 0)
  t.notRegex(alone.err, /each process of this batch/)
})

test('--dry-run tells the owners that a batch system makes', async (t) => {
  const plan = await planFile(await folder(t), small)
  const batch = { JOB_COMPLETION_INDEX: '1', JOB_COMPLETIONS: '3' }
  const { out } = await run(['init', plan, '--dry-run', '--max-shard-size', '1kB', '--json'], batch)
  const { rows } = JSON.parse(out.toString()) as { rows: { owner: number }[] }
  t.true(rows.some(({ owner }) => owner > 0))
})

const linux = process.platform === 'linux' ? test : test.skip
linux('a full device behind standard output is told', async (t) => {
  const plan = await planFile(await folder(t), small)
  const full = await open('/dev/full', 'w')
  t.teardown(() => full.close())
  const child = spawn(process.execPath, [main, 'init', plan, '-o', '-'], {
    stdio: ['ignore', full.fd, 'pipe'],
  })
  const { code, err } = await ended(child)
  t.is(code, 1)
  t.regex(err, /cannot write to standard output.*\(ERR_IO\)/)
})
