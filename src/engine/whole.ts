import type { Law } from './law.js'

/** Whether a law is made as one piece, so that slices of it would each cost the whole. */
export function isWhole(law: Law): boolean {
  return law.kind === 'orthogonal' || law.kind === 'convOrthogonal' || law.kind === 'sparse'
}
