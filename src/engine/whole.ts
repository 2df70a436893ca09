import type { Law } from './law.js'

const WHOLE: readonly Law['kind'][] = ['orthogonal', 'convOrthogonal', 'sparse']

/** Whether a law is made as one piece, so that slices of it would each cost the whole. */
export function isWhole(law: Law): boolean {
  return law.kind === 'values' ? law.whole : WHOLE.includes(law.kind)
}
