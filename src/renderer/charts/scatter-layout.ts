export interface ScatterPoint {
  readonly id: string
  readonly label: string
  readonly x: number
  readonly y: number
  readonly yLow: number
  readonly yHigh: number
  readonly token: string
  /** An original: drawn as a diamond, not part of the front. */
  readonly isReference: boolean
}

/** Round tick values that cover [low, high]: about `count` of them. */
export function roundTicks(low: number, high: number, count: number): readonly number[] {
  const span = high - low
  if (!(span > 0) || !Number.isFinite(span)) return [low]
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step)
}

/** The range of values with some air, at least `minimumSpan` wide. */
export function paddedRange(values: readonly number[], minimumSpan: number): readonly [number, number] {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [0, minimumSpan]
  const low = Math.min(...finite)
  const high = Math.max(...finite)
  const missing = Math.max(0, minimumSpan - (high - low)) / 2
  const air = 0.08 * Math.max(high - low, minimumSpan)
  return [low - missing - air, high + missing + air]
}

/** Points no other point beats in both: fewer bytes (x) and higher accuracy (y). Ascending in x. */
export function paretoFront(points: readonly ScatterPoint[]): readonly ScatterPoint[] {
  const front: ScatterPoint[] = []
  for (const point of [...points].filter((p) => !p.isReference).sort((a, b) => a.x - b.x || b.y - a.y)) {
    const best = front.at(-1)
    if (best === undefined || point.y > best.y) front.push(point)
  }
  return front
}
