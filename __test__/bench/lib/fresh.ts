/** Modules in a Node of their own, so that nothing of this one is measured. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Code that imports the package. */
export const IMPORT = `await import(${JSON.stringify(fileURLToPath(new URL('../../../dist/index.js', import.meta.url)))})`

/** Runs a module in a fresh Node and returns the number it prints. */
export function inFreshNode(code: string): number {
  const args = ['--input-type=module', '--eval', code]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}
