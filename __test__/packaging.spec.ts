/** The package as users get it: packed, installed from files into empty projects, in every state of its addon. */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import test from 'ava'
import { heNormal } from 'symbreak'
import {
  builtAddon,
  install,
  pack,
  packPlatform,
  Project,
  root,
  temporary,
  type Packed,
} from './packaging/project.js'

interface Work {
  readonly engine: 'native' | 'js'
  readonly verified: boolean
  readonly digests: Record<string, string>
}

interface Doctor {
  readonly engine: string
  readonly nativeError?: string
}

const addon = await builtAddon()
const withAddon = addon === undefined ? test.skip : test
const platform = addon?.platform ?? ''
const binary = join('node_modules', `symbreak-${platform}`, `symbreak.${platform}.node`)

let tarballs: string
let main: Packed
let bare: Project
let full: Project
/** What the full installation makes of the work. */
let work: Promise<Work>
const broken: Project[] = []

test.before('packs and installs', async () => {
  tarballs = await temporary()
  main = await pack(root, tarballs)
  bare = await install([main.tarball])
  full = addon === undefined ? bare : await install([main.tarball, (await packPlatform(tarballs)).tarball])
  work = full.json<Work>(['work.mjs'])
})

test.after.always(async () => {
  await Promise.all([bare, full, ...broken].filter(Boolean).map((project) => project.remove()))
  await rm(tarballs, { recursive: true, force: true })
})

/** A copy of the full installation with something done to it. */
async function broke(how: (project: Project) => Promise<void>): Promise<Project> {
  const project = await full.copy()
  broken.push(project)
  await how(project)
  return project
}

/** Asserts that a project works on the TypeScript engine with native's bits, and returns the reason doctor gives. */
async function fallback(
  t: { is: (a: unknown, b: unknown) => void; deepEqual: (a: unknown, b: unknown) => void },
  project: Project,
) {
  const here = await project.json<Work>(['work.mjs'])
  t.is(here.engine, 'js')
  t.deepEqual(here.digests, (await work).digests)
  const doctor = await project.json<Doctor>(['node_modules/symbreak/dist/cli/main.js', 'doctor', '--json'])
  t.is(doctor.engine, 'js')
  return doctor.nativeError ?? ''
}

test('the tarball holds what is used at run time and nothing else', (t) => {
  t.true(main.size <= 158_000, `${main.size} bytes packed`)
  t.true(main.unpackedSize <= 457_000, `${main.unpackedSize} bytes unpacked`)
  t.deepEqual(
    main.files.filter(
      (file) =>
        !/^(dist\/.*\.(js|d\.ts)|dist\/third-party-licenses\.txt|package\.json|README\.md|LICENSE)$/.test(
          file,
        ),
    ),
    [],
  )
})

test('no package of ours has an install script, and dependencies stay few', async (t) => {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
    dependencies: Record<string, string>
  }
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) t.false(name in manifest.scripts)
  t.true(Object.keys(manifest.dependencies).length <= 10, Object.keys(manifest.dependencies).join(' '))
})

test('import and require both work, with and without the addon', async (t) => {
  for (const project of [bare, full]) {
    const esm = await project.json<{ array: number[]; same: boolean }>(['import.mjs'])
    const cjs = await project.json<{ array: number[]; same: boolean; version: string }>(['require.cjs'])
    t.true(esm.same && cjs.same)
    t.deepEqual(esm.array, cjs.array)
  }
})

for (const [module, moduleResolution] of [
  ['node16', 'node16'],
  ['esnext', 'bundler'],
] as const) {
  test(`types resolve in a strict project with ${moduleResolution}`, async (t) => {
    // skipLibCheck stays off: the published declarations are checked too.
    const target = { target: 'es2022', lib: ['es2024', 'dom', 'dom.asynciterable'], types: [] }
    const compilerOptions = { strict: true, noEmit: true, module, moduleResolution, ...target }
    const config = `tsconfig.${moduleResolution}.json`
    await writeFile(bare.at(config), JSON.stringify({ compilerOptions, files: ['types.ts'] }))
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    t.is((await bare.node([tsc, '--project', config])).stdout, '')
  })
}

test('without the platform package the TypeScript engine does the work, and doctor names the package', async (t) => {
  const reason = await fallback(t, bare)
  t.regex(reason, /symbreak-/)
  t.regex(reason, /npm\/cli#4828/)
})

test('there is an addon where one is required', async (t) => {
  if (process.env['SYMBREAK_REQUIRE_NATIVE'] !== '1') return t.pass('none is required here')
  t.is((await work).engine, 'native')
})

test('the platform packages are those that napi makes from package.json', async (t) => {
  // napi writes only inside the project.
  const folder = await mkdtemp(join(root, '.out', 'npm-'))
  const napi = join(root, 'node_modules', '.bin', 'napi')
  execFileSync(napi, ['create-npm-dirs', '--npm-dir', relative(root, folder)], { cwd: root })
  for (const name of await readdir(folder)) {
    for (const file of ['package.json', 'README.md']) {
      t.is(
        await readFile(join(root, 'npm', name, file), 'utf8'),
        await readFile(join(folder, name, file), 'utf8'),
        name,
      )
    }
  }
  const committed = (await readdir(join(root, 'npm'), { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  )
  t.deepEqual(committed.map(({ name }) => name).sort(), (await readdir(folder)).sort())
  await rm(folder, { recursive: true })
})

withAddon('with the platform package the addon does the work', async (t) => {
  const { engine, verified } = await work
  t.is(engine, 'native')
  t.true(verified)
  const packed = await packPlatform(await temporary())
  t.true(packed.size <= 2_000_000, `${packed.size} bytes packed`)
})

withAddon('a binary that the environment names is looked for where the program runs', async (t) => {
  const project = await full.copy()
  const named = { NAPI_RS_NATIVE_LIBRARY_PATH: 'no/such.node' }
  const program = ['node_modules/symbreak/dist/cli/main.js', 'doctor', '--json']
  const { engine, nativeError } = await project.json<Doctor>(program, named)
  t.is(engine, 'js')
  t.regex(nativeError ?? '', /\/no\/such\.node, which NAPI_RS_NATIVE_LIBRARY_PATH names, could not be loaded/)
  t.notRegex(nativeError ?? '', /node_modules/)
})

withAddon('a corrupt binary is a reason and a fallback', async (t) => {
  const project = await broke(async (p) => writeFile(p.at(binary), 'this is no shared object'))
  t.regex(await fallback(t, project), /invalid ELF header|file too short|not a valid|mach-o|dlopen/i)
})

withAddon('a binary that was cut short is a reason and a fallback, not the end of the process', async (t) => {
  const project = await broke(async (p) => {
    const bytes = await readFile(p.at(binary))
    await writeFile(p.at(binary), bytes.subarray(0, 1_000_000))
  })
  t.regex(await fallback(t, project), /not complete|too short|truncated|not a valid|dlopen/i)
})

withAddon('bundled into one CommonJS file, the TypeScript engine does the work', async (t) => {
  const { build } = await import('esbuild')
  const project = await broke(async (p) => {
    await writeFile(
      p.at('cut.mjs'),
      "import { heNormal, systemInfo } from 'symbreak'\n" +
        'console.log(JSON.stringify({ engine: systemInfo().engine, first: heNormal({ seed: 1 }).create([2])[0] }))',
    )
    await build({
      entryPoints: [p.at('cut.mjs')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: p.at('cut.cjs'),
      logLevel: 'silent',
    })
  })
  t.deepEqual(await project.json(['cut.cjs']), { engine: 'js', first: heNormal({ seed: 1 }).create([2])[0] })
})

withAddon("another platform's binary is a reason and a fallback", async (t) => {
  const project = await broke(async (p) => {
    const bytes = await readFile(p.at(binary))
    // The machine field of an ELF header: 0x28 is 32-bit ARM.
    bytes.writeUInt16LE(0x28, 18)
    await writeFile(p.at(binary), bytes)
  })
  t.not(await fallback(t, project), '')
})

withAddon('an addon of another version is a reason and a fallback', async (t) => {
  const project = await broke(async (p) => {
    // A module that answers as the addon of another version would.
    const folder = join('node_modules', `symbreak-${platform}`)
    await p.edit(join(folder, 'package.json'), (text) => text.replace(`symbreak.${platform}.node`, 'old.cjs'))
    await writeFile(p.at(folder, 'old.cjs'), "exports.version = () => '0.0.9'")
    await rm(p.at(binary))
  })
  t.regex(await fallback(t, project), /the addon found is 0\.0\.9/)
})

withAddon('eight workers use the addon at once and come to the same bits', async (t) => {
  const answers = await full.json<string[]>(['pool.mjs'])
  t.is(answers.length, 1)
  t.regex(answers[0] ?? '', /^native /)
})

test('terminating workers in the middle of work leaves the process healthy', async (t) => {
  t.deepEqual(await full.json(['terminate.mjs']), { length: 1_000_000 })
})

test('a process may end with work pending', async (t) => {
  t.like(await full.node(['exit.mjs', 'exit']), { code: 3, stdout: 'started\n' })
  const thrown = await full.node(['exit.mjs', 'throw'])
  t.is(thrown.code, 1)
  t.regex(thrown.stderr, /on purpose/)
})
