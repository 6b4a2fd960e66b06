/** Parts of a partitioned predictor: which kernels of a step are theirs, and which of them are computed together. */

/** Parts in a row with as many kernels each, for one batched product a layer. */
export interface PartGroup {
  readonly firstPart: number
  readonly parts: number
  /** Of a step, in each part. */
  readonly kernels: number
  /** Place of the first of them among the kernels of the step, which lie part by part. */
  readonly firstKernel: number
}

/** Numbers in an activation of a group: it bounds what a step holds at once. */
const activationSize = 2 ** 22

/** @param counts kernels of a step in each part */
export function partGroups(counts: readonly number[], hiddenSize: number): readonly PartGroup[] {
  const groups: PartGroup[] = []
  let firstKernel = 0
  counts.forEach((kernels, firstPart) => {
    const last = groups.at(-1)
    const isJoined = last?.kernels === kernels && (last.parts + 1) * kernels * hiddenSize <= activationSize
    if (isJoined) groups[groups.length - 1] = { ...last, parts: last.parts + 1 }
    else groups.push({ firstPart, parts: 1, kernels, firstKernel })
    firstKernel += kernels
  })
  return groups
}

/**
 * Kernels that each part gets of `total`: equally many, but no more than it has.
 * Throws `RangeError` for a total that cannot be shared out like that.
 */
export function sharesOf(parts: readonly number[], total: number): readonly number[] {
  let [low, high] = [1, Math.max(...parts)]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sharedTotal(parts, middle) < total) low = middle + 1
    else high = middle
  }
  if (sharedTotal(parts, low) !== total) throw new RangeError(`${total} kernels are not as many of each part`)
  return parts.map((kernels) => Math.min(kernels, low))
}

/** Kernels in all where each part gives `most`, or what it has. */
export function sharedTotal(parts: readonly number[], most: number): number {
  return parts.reduce((sum, kernels) => sum + Math.min(kernels, most), 0)
}
