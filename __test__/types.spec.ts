/** The published declarations: free of `any`, and self-contained but for the package's own dependencies. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import ts from 'typescript'

const dist = fileURLToPath(new URL('../dist', import.meta.url))

const files = (await readdir(dist, { recursive: true })).filter((file) => /\.d\.c?ts$/.test(file))

/** Positions, as file:line, of every node of this kind. */
async function positions(file: string, matches: (node: ts.Node) => boolean): Promise<string[]> {
  const text = await readFile(join(dist, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (matches(node)) found.push(`${file}:${source.getLineAndCharacterOfPosition(node.pos).line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

test('no published type is any', async (t) => {
  t.true(files.length > 4)
  const found = await Promise.all(
    files.map((file) => positions(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword)),
  )
  t.deepEqual(found.flat(), [])
})

test('every exported function and class of the entries is documented', (t) => {
  const entries = ['index.d.ts', 'js.d.ts'].map((file) => join(dist, file))
  const program = ts.createProgram(entries, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  })
  const checker = program.getTypeChecker()
  const undocumented = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol
    return checker.getExportsOfModule(module).filter((symbol) => {
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      // Options are documented property by property.
      const called = (target.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) !== 0
      return called && target.getDocumentationComment(checker).length === 0
    })
  })
  t.deepEqual([...new Set(undocumented.map(({ name }) => name))], [])
})
