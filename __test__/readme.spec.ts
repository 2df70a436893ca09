/**
 * The examples of the README and of the guide to pipelines: each TypeScript block compiles strictly, runs in a folder of its own, and prints what the
 * comments behind its `console.log` lines say; the command line block runs on the plan shown above it.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import * as symbreak from 'symbreak'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const node_modules = join(root, 'node_modules')

interface Block {
  readonly language: string
  readonly title: string | undefined
  readonly code: string
}

/** Pages whose examples run as they stand. */
const PAGES = ['README.md', join('src', 'guides', 'pipelines.md')]

async function blocks(): Promise<Block[]> {
  const text = (await Promise.all(PAGES.map((page) => readFile(join(root, page), 'utf8')))).join('\n')
  const found = text.matchAll(/^```(\w+)(?: title=(\S+))?\n(.*?)^```$/gms)
  return [...found].map(([, language = '', title, code = '']) => ({ language, title, code }))
}

/** What an example says that it prints: the comment on each `console.log` line, and comment lines right below one. */
function promised(code: string): string[] {
  const lines = code.split('\n')
  const printed: string[] = []
  for (const [index, line] of lines.entries()) {
    const comment = /^\s*(?:.*console\.log\(.*\)|) ?\/\/ (.*)$/.exec(line)?.[1]
    const below = line.startsWith('// ') && /console\.log|^\/\/ /.test(lines[index - 1] ?? '')
    if (comment !== undefined && (line.includes('console.log') || below)) printed.push(comment)
  }
  return printed
}

const all = await blocks()
const examples = all.filter(({ language }) => language === 'ts').map(({ code }) => code)

// Inside the repository, so that 'symbreak' is this package; ignored by git.
await mkdir(join(root, '.out'), { recursive: true })
const folder = await mkdtemp(join(root, '.out', 'readme-'))
test.after.always(() => rm(folder, { recursive: true, force: true }))

test('there is an example of each kind', (t) => {
  for (const name of ['create(', 'Generator', 'plan(', 'new Network', 'compareInitializers']) {
    t.true(
      examples.some((code) => code.includes(name)),
      name,
    )
  }
})

test('examples compile strictly', async (t) => {
  const options = { rootDir: '.', noEmit: true, noPropertyAccessFromIndexSignature: false }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: options, include: ['*.ts'] }),
  )
  await Promise.all(examples.map((code, index) => writeFile(join(folder, `example-${index}.ts`), code)))
  const tsc = join(node_modules, 'typescript', 'bin', 'tsc')
  const compiled = await run(process.execPath, [tsc, '--project', folder]).catch(
    (error: { stdout: string }) => error,
  )
  t.is(compiled.stdout, '')
})

for (const [index, code] of examples.entries()) {
  test(`example ${index + 1} runs and prints what it says`, async (t) => {
    const own = await mkdtemp(join(folder, 'run-'))
    await writeFile(join(own, 'example.ts'), code)
    const { stdout } = await run(process.execPath, ['--import=tsx', 'example.ts'], { cwd: own })
    t.deepEqual(stdout.trimEnd().split('\n'), promised(code).length > 0 ? promised(code) : [''])
  })
}

test('the commands run', async (t) => {
  const own = await mkdtemp(join(folder, 'cli-'))
  for (const { title, code } of all) if (title !== undefined) await writeFile(join(own, title), code)
  const commands = all
    .filter(({ language }) => language === 'sh')
    .flatMap(({ code }) => code.split('\n'))
    .filter((line) => line.startsWith('npx symbreak '))
  t.true(commands.length >= 3)
  for (const command of commands) {
    const args = command.replace(/ #.*/, '').split(' ').slice(2)
    await t.notThrowsAsync(
      run(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], { cwd: own }),
      command,
    )
  }
  t.true(existsSync(join(own, 'weights.safetensors')))
})

test('the table of initializers names what there is', async (t) => {
  const text = await readFile(join(root, 'README.md'), 'utf8')
  const table = /## Initializers\n(.*?)\n\n`describe/s.exec(text)?.[1] ?? ''
  const names = [...table.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  t.true(names.length > 25)
  t.deepEqual(
    names.filter((name) => !(name in symbreak)),
    [],
  )
})

test('the links lead somewhere', async (t) => {
  for (const page of PAGES) {
    const text = await readFile(join(root, page), 'utf8')
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g))
      t.true(existsSync(join(root, dirname(page), target)), target)
  }
})
