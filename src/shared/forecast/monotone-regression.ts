/** A curve that never falls, through points that scatter: isotonic regression (Barlow et al. 1972). */

export interface CurvePoint {
  readonly x: number
  readonly y: number
}

interface Block extends CurvePoint {
  readonly weight: number
}

/**
 * The non-decreasing curve with the least squared distance to `points`: neighbours that would fall are pooled to their mean
 * (pool adjacent violators); between the centres of the pools it is a straight line, beyond the outermost ones it is level.
 * Throws RangeError without points.
 */
export function monotoneCurve(points: readonly CurvePoint[]): (x: number) => number {
  const blocks: Block[] = []
  for (const { x, y } of points.toSorted((a, b) => a.x - b.x)) {
    let last: Block = { x, y, weight: 1 }
    for (let before = blocks.at(-1); before !== undefined && isViolated(before, last); before = blocks.at(-1)) {
      blocks.pop()
      last = pooled(before, last)
    }
    blocks.push(last)
  }
  return (x) => between(blocks, x)
}

function isViolated(before: Block, after: Block): boolean {
  return before.x === after.x || before.y >= after.y
}

function pooled(one: Block, other: Block): Block {
  const weight = one.weight + other.weight
  const mean = (a: number, b: number): number => (a * one.weight + b * other.weight) / weight
  return { x: mean(one.x, other.x), y: mean(one.y, other.y), weight }
}

function between(blocks: readonly Block[], x: number): number {
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError('a curve needs points')
  if (x <= first.x) return first.y
  if (x >= last.x) return last.y
  const at = blocks.findIndex((block) => block.x >= x)
  const [before, after] = [blocks[at - 1] ?? first, blocks[at] ?? last]
  if (after.x === before.x) return after.y
  return before.y + ((after.y - before.y) * (x - before.x)) / (after.x - before.x)
}
