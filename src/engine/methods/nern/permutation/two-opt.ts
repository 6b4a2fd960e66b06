/**
 * 2-opt refinement of an open path: a stretch is turned round wherever that raises the sum of similarities between
 * neighbours. It never falls, and the outcome depends on path and similarities alone. A stretch is at most `window` items
 * long, so that a pass grows with the items and not with their pairs.
 */
export interface PathSimilarity {
  /** No similarity is higher, rounding aside: lets most pairs be passed over. */
  readonly highest: number
  between(left: number, right: number): number
}

const window = 1000
/** Less is rounding, and moves that win nothing could go on for ever. */
const leastGain = 1e-12
/** Pairs looked at between two yields: some tens of milliseconds. */
const workPerYield = 1_000_000

/** A better order of the same items, after at most `passes` over the path. Yields to pause. */
export function* twoOpt(
  path: Int32Array,
  similarity: PathSimilarity,
  passes: number,
): Generator<void, Int32Array, void> {
  const order = Int32Array.from(path)
  const last = order.length - 1
  const itemAt = (position: number): number => order[position] ?? 0
  // Before the first item and after the last one there is no neighbour, and nothing to lose.
  const between = (left: number, right: number): number =>
    left < 0 || right > last ? 0 : similarity.between(itemAt(left), itemAt(right))
  // links[position + 1] is the similarity of `position` and the next.
  const links = Float64Array.from({ length: order.length + 1 }, (_, at) => between(at - 1, at))
  const mostOf = (left: number, right: number): number => (left < 0 || right > last ? 0 : similarity.highest)
  let work = 0
  for (let pass = 0; pass < passes; pass++) {
    let hasMoved = false
    for (let before = -1; before < last - 1; before++) {
      const firstLink = links[before + 1] ?? 0
      let bestGain = leastGain
      let bestEnd = -1
      const farthest = Math.min(last, before + window)
      for (let end = before + 2; end <= farthest; end++) {
        const lost = firstLink + (links[end + 1] ?? 0)
        const mostAfter = mostOf(before + 1, end + 1)
        if (mostOf(before, end) + mostAfter - lost <= bestGain) continue
        const front = between(before, end)
        if (front + mostAfter - lost <= bestGain) continue
        const gain = front + between(before + 1, end + 1) - lost
        if (gain <= bestGain) continue
        bestGain = gain
        bestEnd = end
      }
      work += farthest - before
      if (bestEnd >= 0) {
        hasMoved = true
        order.subarray(before + 1, bestEnd + 1).reverse()
        links.subarray(before + 2, bestEnd + 1).reverse()
        links[before + 1] = between(before, before + 1)
        links[bestEnd + 1] = between(bestEnd, bestEnd + 1)
      }
      if (work < workPerYield) continue
      work = 0
      yield
    }
    if (!hasMoved) break
  }
  return order
}

/** Dot products of `vectors` [items, dimension]; 0 where one is undefined. */
export function dotSimilarity(
  vectors: Float64Array,
  dimension: number,
  isUndefined: Uint8Array,
  highest: number,
): PathSimilarity {
  return {
    highest,
    between: (left, right) => {
      if (isUndefined[left] === 1 || isUndefined[right] === 1) return 0
      let sum = 0
      const from = left * dimension
      const to = right * dimension
      for (let at = 0; at < dimension; at++) sum += (vectors[from + at] ?? 0) * (vectors[to + at] ?? 0)
      return sum
    },
  }
}
