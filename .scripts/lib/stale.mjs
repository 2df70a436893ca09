/** What has to be built again, by modification times. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Modification time in ms, or undefined where there is no such file. */
export function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs
}

/** Every file below a folder (or the file itself), but for what `skip` refuses. */
export function filesBelow(path, skip = () => false) {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .map((entry) => join(path, entry.name))
    .filter((child) => !skip(child))
    .flatMap((child) => filesBelow(child, skip))
}

/** Whether `product` is missing or older than any of `sources`. */
export function isStale(product, sources) {
  const built = modified(product)
  return built === undefined || sources.some((source) => (modified(source) ?? 0) > built)
}
