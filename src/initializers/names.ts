import { distance } from 'fastest-levenshtein'

/** A name without its spelling: 'he_normal', 'HeNormal', 'heNormal' and 'he_normal_' are one. */
export function nameKey(name: string): string {
  return name.replace(/[\s_-]/g, '').toLowerCase()
}

/** The names nearest to a misspelled one, at most three, nearest first. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const key = nameKey(name.slice(0, 60))
  return names
    .map((candidate) => ({ candidate, far: distance(key, nameKey(candidate)) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}
