export type Similarity = (a: number, b: number) => number

/**
 * By how much the worst step of a path misses the best remaining similarity; infinite when it is no path from item 0
 * over all items. Undefined similarities (norm zero) are not judged.
 */
export function slackOfPath(path: Int32Array, similarity: Similarity): number {
  const remaining = new Set(Array.from({ length: path.length }, (_, item) => item))
  if (path[0] !== 0 || new Set(path).size !== path.length || path.some((item) => !remaining.has(item))) return Infinity
  remaining.delete(0)
  let worst = 0
  for (let at = 1; at < path.length; at++) {
    const [previous = 0, chosen = 0] = path.subarray(at - 1, at + 1)
    const own = similarity(previous, chosen)
    let best = -Infinity
    for (const item of remaining) best = Math.max(best, similarity(previous, item))
    if (!Number.isNaN(best - own)) worst = Math.max(worst, best - own)
    remaining.delete(chosen)
  }
  return worst
}
