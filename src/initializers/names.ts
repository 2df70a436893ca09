import { distance } from 'fastest-levenshtein'

/** A name without its spelling: 'he_normal', 'HeNormal', 'heNormal' and 'he_normal_' are one. */
export function nameKey(name: string): string {
  // The one name that its capitals alone keep from being another's, that of zeros.
  if (/^[zZ]erO$/.test(name)) return 'zerohadamard'
  return name.replace(/[\s_-]/g, '').toLowerCase()
}

/** The names nearest to a misspelled one, at most three, nearest first. */
export function nearestNames(name: string, names: readonly string[]): string[] {
  const key = nameKey(name.slice(0, 60))
  // Half a name, or a name with its module's before it, is nearer than any misspelling.
  const far = (other: string): number =>
    distance(key, other) - (key.length > 1 && (other.includes(key) || key.includes(other)) ? 1000 : 0)
  return names
    .map((candidate) => ({ candidate, far: far(nameKey(candidate)) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}
