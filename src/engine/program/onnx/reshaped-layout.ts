import { AppException } from '#shared/basics/result.ts'
import { identityOrder, storedAxes, type Layout } from './value.ts'

/**
 * Layout in which the same memory holds the elements under another shape; undefined when there is none. Axes are
 * matched in blocks of equal product; a block must lie together, in logical order, and be stored or broadcast whole.
 */
export function reshapedLayout(from: readonly number[], layout: Layout, to: readonly number[]): Layout | undefined {
  const position = (axis: number): number => layout.order.indexOf(axis)
  const blocks: { readonly at: number; readonly axes: readonly number[] }[] = []
  const extents = to.map(() => 1)
  for (const { before, after } of matchedBlocks(from, to)) {
    const isStored = before.map((axis) => layout.extents[axis] !== 1)
    if (isStored.some((stored) => stored !== isStored[0])) return undefined
    if (isStored[0] === false) continue
    const order = storedAxes(layout)
    const start = order.indexOf(before[0] ?? 0)
    if (!before.every((axis, index) => order[start + index] === axis)) return undefined
    for (const axis of after) extents[axis] = to[axis] ?? 1
    blocks.push({ at: position(before[0] ?? 0), axes: after })
  }
  const stored = blocks.sort((a, b) => a.at - b.at).flatMap(({ axes }) => axes)
  const isSorted = stored.every((axis, index) => index === 0 || axis > (stored[index - 1] ?? 0))
  if (isSorted) return { order: identityOrder(to.length), extents }
  const unstored = identityOrder(to.length).filter((axis) => !stored.includes(axis))
  return { order: [...unstored, ...stored], extents }
}

/** Smallest groups of neighbouring axes longer than 1 with equal numbers of elements on both sides. */
function matchedBlocks(
  from: readonly number[],
  to: readonly number[],
): readonly { readonly before: readonly number[]; readonly after: readonly number[] }[] {
  const longAxes = (shape: readonly number[]): number[] =>
    identityOrder(shape.length).filter((axis) => shape[axis] !== 1)
  const [sources, targets] = [longAxes(from), longAxes(to)]
  const blocks: { before: number[]; after: number[] }[] = []
  let [i, j] = [0, 0]
  while (i < sources.length || j < targets.length) {
    const block: { before: number[]; after: number[] } = { before: [], after: [] }
    let [sizeBefore, sizeAfter] = [1, 1]
    do {
      const takeBefore = sizeBefore <= sizeAfter
      const axis = takeBefore ? sources[i++] : targets[j++]
      if (axis === undefined) {
        throw new AppException({ code: 'internal', message: `Cannot reshape [${from.join()}] to [${to.join()}]` })
      }
      if (takeBefore) {
        block.before.push(axis)
        sizeBefore *= from[axis] ?? 1
      } else {
        block.after.push(axis)
        sizeAfter *= to[axis] ?? 1
      }
    } while (sizeBefore !== sizeAfter)
    blocks.push(block)
  }
  return blocks
}
