/** Marks of points: their shape says what kind of thing a point is, their colour which one. */
export type PointMark = 'circle' | 'square' | 'triangle' | 'diamond'

/** SVG path around a place that looks as large as a circle of this radius. */
export function markPath(
  mark: PointMark,
  radius: number,
  at: { readonly x: number; readonly y: number } = origin,
): string {
  const corners = cornersOf[mark].map(([x, y]) => `${(at.x + x * radius).toFixed(2)},${(at.y + y * radius).toFixed(2)}`)
  if (corners.length > 0) return `M${corners.join('L')}Z`
  const left = `${(at.x - radius).toFixed(2)},${at.y.toFixed(2)}`
  return `M${left}a${radius},${radius} 0 1 0 ${2 * radius},0a${radius},${radius} 0 1 0 ${-2 * radius},0Z`
}

const origin = { x: 0, y: 0 }

const cornersOf: Readonly<Record<PointMark, readonly (readonly [x: number, y: number])[]>> = {
  circle: [],
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  triangle: [
    [0, -1.2],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  diamond: [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
}
