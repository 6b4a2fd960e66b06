/** Where the names of points go, so that each can be read: beside its point, over no other point and no other name. */

export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A point to be named, in pixels. */
export interface NamedPoint {
  readonly id: string
  readonly x: number
  readonly y: number
  /** Pixels that its name takes. */
  readonly width: number
}

export interface PlacedLabel {
  readonly id: string
  /** Of the text's left end and of its middle line. */
  readonly x: number
  readonly y: number
  /** From the point to a name that is not right beside it. */
  readonly leader?: { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }
}

export interface LabelSurroundings {
  /** Inside which all names stay. */
  readonly bounds: Box
  /** What a name does not cover where it can go elsewhere, such as the lines of a chart. */
  readonly avoided: readonly Box[]
  /** Where no name can be read, such as below a handle. */
  readonly covered?: readonly Box[]
}

const height = 15
/** Half of what a mark takes. */
const markReach = 7
/** From the middle of a mark to the nearest edge of its name: beside it, and farther away with a leader. */
const distances = [10, 20, 32, 46, 62] as const
const leaderFrom = 15
/** To the right first, where one looks. */
const directions = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
] as const
/** What covering something to be avoided costs, in pixels of distance; a long line is many things, and costs no more. */
const avoidance = 12
const mostAvoided = 2
/** Pixels of a line that one box covers. */
const pathStep = 4

/** A place for each name, of the first points first; those that find none are left out. */
export function placeLabels(points: readonly NamedPoint[], surroundings: LabelSurroundings): readonly PlacedLabel[] {
  const marks = points.map(({ x, y }) => boxAround({ x, y }, markReach))
  const taken: Box[] = [...marks, ...(surroundings.covered ?? [])]
  const placed: PlacedLabel[] = []
  for (const [index, point] of points.entries()) {
    const others = taken.filter((_, at) => at !== index)
    const best = bestPlace(point, others, surroundings)
    if (best === undefined) continue
    taken.push(best.box)
    placed.push(labelIn(point, best))
  }
  return placed
}

/** Small boxes that cover a line from point to point. */
export function alongPath(path: readonly { readonly x: number; readonly y: number }[]): readonly Box[] {
  return path.slice(1).flatMap((to, index) => {
    const from = path[index] ?? to
    const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / pathStep))
    return Array.from({ length: count }, (_, at) => {
      const share = (at + 0.5) / count
      const place = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share }
      return boxAround(place, pathStep / 2)
    })
  })
}

/** What reaches so far from a point in each direction. */
export function boxAround({ x, y }: { readonly x: number; readonly y: number }, reach: number): Box {
  return { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }
}

interface Place {
  readonly box: Box
  readonly distance: number
}

function bestPlace(
  point: NamedPoint,
  taken: readonly Box[],
  { bounds, avoided }: LabelSurroundings,
): Place | undefined {
  let best: { readonly place: Place; readonly cost: number } | undefined
  for (const distance of distances) {
    for (const [order, [across, down]] of directions.entries()) {
      const box = boxOf(point, across * distance, down * distance)
      if (!isInside(box, bounds) || taken.some((other) => overlaps(box, other))) continue
      const covered = avoided.filter((other) => overlaps(box, other)).length
      const cost = distance + order / directions.length + avoidance * Math.min(covered, mostAvoided)
      if (best === undefined || cost < best.cost) best = { place: { box, distance }, cost }
    }
  }
  return best?.place
}

/** The box of a name whose nearest edge or corner lies that far from the point. */
function boxOf({ x, y, width }: NamedPoint, across: number, down: number): Box {
  const left = x + across + (Math.sign(across) - 1) * 0.5 * width
  const top = y + down + (Math.sign(down) - 1) * 0.5 * height
  return { left, top, right: left + width, bottom: top + height }
}

function labelIn({ id, x, y }: NamedPoint, { box, distance }: Place): PlacedLabel {
  const label = { id, x: box.left, y: (box.top + box.bottom) / 2 }
  if (distance < leaderFrom) return label
  const x2 = Math.min(Math.max(x, box.left), box.right)
  const y2 = Math.min(Math.max(y, box.top), box.bottom)
  const length = Math.hypot(x2 - x, y2 - y)
  const start = markReach / length
  return { ...label, leader: { x1: x + (x2 - x) * start, y1: y + (y2 - y) * start, x2, y2 } }
}

function overlaps(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}

function isInside(box: Box, bounds: Box): boolean {
  return box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom
}
