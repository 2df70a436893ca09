/**
 * `npm run build:ts`: checks the types of src, and bundles it into dist: a few files that load fast, with a function to
 * a line so that stack traces lead somewhere, the declarations of what is public, and the addon. The new dist replaces
 * the old one as a whole. As with tsc itself, type errors fail the build but the output is written; it is dated back,
 * so that the next setup builds again.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsdown'
import ts from 'typescript'
import { at, attempt } from './lib/shell.mjs'

const keepNames = { function: false, class: true }

/** Small packages that every program would load: as parts of the bundle they take a quarter off the import's time. */
const BUNDLED = ['@noble/hashes', 'fastest-levenshtein']

/** Whether a module, not a declaration of types, is one that `symbreak/js` needs too. */
function isCore(id) {
  const own =
    /src[\\/](errors|realm|validate|version|initializers|random|math|async|engine[\\/](?!native|files|node-files))/
  return !id.endsWith('.d.ts') && (own.test(id) || id.includes('node_modules'))
}

/** Bundles src into a folder. What is imported from other packages stays an import. */
function bundle(folder) {
  return build({
    config: false,
    cwd: at(),
    entry: ['src/index.ts', 'src/js.ts', 'src/tfjs.ts', 'src/bullmq.ts', 'src/cli/main.ts'],
    outDir: folder,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    fixedExtension: false,
    hash: false,
    dts: { sourcemap: false },
    deps: { alwaysBundle: BUNDLED.map((name) => new RegExp(`^${name}`)) },
    minify: { compress: { keepNames }, mangle: { toplevel: true, keepNames } },
    // Packages' own modules where they have them: CommonJS would need Node's `require`.
    inputOptions: { experimental: { attachDebugInfo: 'none' }, resolve: { mainFields: ['module', 'main'] } },
    outputOptions: {
      // The addon lies beside the module that loads it, and `symbreak/js` must not reach that module.
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [
          { name: 'native', test: /src[\\/]engine[\\/]native/ },
          // What `symbreak/js` needs, in one file: each takes a millisecond to find.
          { name: 'core', test: isCore },
        ],
      },
    },
    publint: false,
    report: false,
    logLevel: 'error',
  })
}

/** Begins a line with every statement and method: an uncaught error shows the whole line that it comes from. */
function breakLines(file) {
  const code = readFileSync(file, 'utf8')
  const { statements } = ts.createSourceFile(file, code, ts.ScriptTarget.ESNext)
  const starts = statements.flatMap((node) => [node, ...(ts.isClassLike(node) ? node.members : [])])
  const cuts = [0, ...starts.map(({ pos }) => pos).filter((pos) => pos > 0), code.length]
  writeFileSync(
    file,
    cuts
      .slice(1)
      .map((end, i) => code.slice(cuts[i], end))
      .join('\n'),
  )
}

/** Takes indentation and the asterisks of comments' lines out of declarations, which editors show without them. */
function dedent(file) {
  const bare = readFileSync(file, 'utf8').replaceAll(/^[ \t]+(\*( (?=\S)|$))?/gm, '')
  writeFileSync(file, bare.replaceAll('\n\n@', '\n@'))
}

/** The items between an import's or export's braces, each with its name here and on the other side. */
function itemsOf(list) {
  return list.split(',').map((text) => {
    const item = text.trim()
    const [name, as = name] = item.replace(/^type /, '').split(' as ')
    return { item, name, as }
  })
}

function joined(items) {
  return items.map(({ item }) => item).join(', ')
}

/** Exports declarations where they are instead of in a list of their names; as a type what is no value of the module. */
async function exportInPlace(file) {
  const text = readFileSync(file, 'utf8')
  const [list, names] = /^export \{(.*)\};$/m.exec(text) ?? []
  if (list === undefined) return
  const module = file.replace('.d.ts', '.js')
  const values = existsSync(module) ? Object.keys(await import(pathToFileURL(module))) : []
  let body = text
  const elsewhere = itemsOf(names).flatMap((each) => {
    const { item, name, as } = each
    const declared = new RegExp(`^(?=(declare (function|class|const)|interface|type) ${name}\\b)`, 'gm')
    if (name !== as || !declared.test(body)) return [each]
    if (body.includes(`declare class ${name} `) && !values.includes(name))
      return [{ ...each, item: `type ${item}` }]
    body = body.replace(declared, 'export ')
    return []
  })
  writeFileSync(file, body.replace(list, `export { ${joined(elsewhere)} };`))
}

/** Exports everything that `js.d.ts` does with one line instead of name by name: a twentieth of all declarations. */
function reexport(folder) {
  const path = join(folder, 'index.d.ts')
  const text = readFileSync(path, 'utf8')
  const exported = /^export \{(.*)\};$/m
  const list = (source) => itemsOf(exported.exec(source)[1])
  const own = new Set(list(readFileSync(join(folder, 'js.d.ts'), 'utf8')).map(({ as }) => as))
  const rest = list(text).filter(({ as }) => !own.has(as))
  const bare = text.replace(exported, `export * from "./js.js";\nexport { ${joined(rest)} };`)
  const imported = /^import \{(.*)\} from "(.*)";\n/gm
  const body = bare.replace(imported, '')
  const used = ({ as }) => new RegExp(`\\b${as}\\b`).test(body)
  writeFileSync(
    path,
    bare.replace(imported, (_, names, from) => {
      const kept = itemsOf(names).filter(used)
      return kept.length === 0 ? '' : `import { ${joined(kept)} } from "${from}";\n`
    }),
  )
}

/** The licences that the bundled packages come with. */
function licenses() {
  const texts = BUNDLED.map((name) => {
    const folder = at('node_modules', name)
    const file = readdirSync(folder).find((entry) => entry.startsWith('LICENSE'))
    return `${name}\n\n${readFileSync(join(folder, file), 'utf8')}`
  })
  return texts.join('\n')
}

const typesChecked = attempt(process.execPath, [
  at('node_modules', 'typescript', 'bin', 'tsc'),
  '--noEmit',
  '--project',
  at('tsconfig.json'),
])
mkdirSync(at('.out'), { recursive: true })
const fresh = mkdtempSync(at('.out', 'dist-'))
await bundle(fresh)
for (const file of readdirSync(fresh, { recursive: true })) {
  if (file.endsWith('.js')) breakLines(join(fresh, file))
  if (file.endsWith('.d.ts')) dedent(join(fresh, file))
}
reexport(fresh)
for (const file of readdirSync(fresh)) if (file.endsWith('.d.ts')) await exportInPlace(join(fresh, file))
const { code } = await typesChecked
if (code !== 0) utimesSync(join(fresh, 'index.js'), 0, 0)

const native = at('src', 'engine', 'native')
for (const file of readdirSync(native).filter((name) => name.endsWith('.node'))) {
  copyFileSync(join(native, file), join(fresh, file))
}
writeFileSync(join(fresh, 'third-party-licenses.txt'), licenses())
for (const file of ['main.d.ts', join('cli', 'main.d.ts')]) rmSync(join(fresh, file), { force: true })
const cli = join(fresh, 'cli', 'main.js')
if (existsSync(cli)) chmodSync(cli, 0o755)
chmodSync(fresh, 0o755)

rmSync(at('dist'), { recursive: true, force: true })
renameSync(fresh, at('dist'))
if (code !== 0) console.error('build:ts: the sources have type errors')
process.exitCode = code
