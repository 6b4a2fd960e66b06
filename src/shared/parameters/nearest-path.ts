import { editDistance } from '../basics/near-names.ts'

/** The candidate with the fewest changed letters, of the whole path or of its last part. */
export function nearestPath(path: string, candidates: readonly string[]): string {
  const scored = candidates.map((candidate) => {
    const last = candidate.slice(candidate.lastIndexOf('.') + 1)
    return { candidate, distance: Math.min(editDistance(path, candidate), editDistance(path, last) + 0.5) }
  })
  return scored.reduce((best, next) => (next.distance < best.distance ? next : best)).candidate
}
