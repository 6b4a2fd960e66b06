import { markPath, type PointMark } from './point-mark.ts'

/** A place of a picture. */
interface Pixels {
  readonly x: number
  readonly y: number
}

export interface ScatterPoint {
  readonly id: string
  /** What is written beside it. */
  readonly label: string
  readonly x: number
  readonly y: number
  readonly yLow: number
  readonly yHigh: number
  readonly token: string
  readonly mark: PointMark
  /** An original: drawn hollow with a line at its accuracy, not part of the front. */
  readonly isReference: boolean
  /** What is expected and not measured: its interval is drawn as a band, and it is not part of the front. */
  readonly isExpected?: boolean
  /** Drawn faintly: it is of less interest now. */
  readonly isFaint?: boolean
  /** One of a crowd: without a name and an interval. */
  readonly isUnnamed?: boolean
}

/** Points that look alike, drawn by one path: thousands of elements would make every change slow. */
export interface Crowd {
  readonly token: string
  readonly isFaint: boolean
  readonly path: string
}

/** The faint ones first: others lie over them. */
export function crowdsOf(
  points: readonly ScatterPoint[],
  pixelsOf: (point: ScatterPoint) => Pixels,
  radius: number,
): readonly Crowd[] {
  const crowds = new Map<string, { readonly token: string; readonly isFaint: boolean; readonly marks: string[] }>()
  for (const point of points) {
    const { token, isFaint = false } = point
    const key = `${token} ${isFaint}`
    const crowd = crowds.get(key) ?? { token, isFaint, marks: [] }
    crowd.marks.push(markPath(point.mark, radius, pixelsOf(point)))
    crowds.set(key, crowd)
  }
  return [...crowds.values()]
    .toSorted((one, other) => Number(other.isFaint) - Number(one.isFaint))
    .map(({ token, isFaint, marks }) => ({ token, isFaint, path: marks.join('') }))
}

/** The point nearest to a place of the picture, within a reach of pixels. */
export function nearestPoint(
  points: readonly ScatterPoint[],
  pixelsOf: (point: ScatterPoint) => Pixels,
  { x, y }: Pixels,
  reach: number,
): ScatterPoint | undefined {
  let nearest: { readonly point: ScatterPoint; readonly distance: number } | undefined
  for (const point of points) {
    const at = pixelsOf(point)
    const distance = Math.hypot(at.x - x, at.y - y)
    if (distance <= reach && distance < (nearest?.distance ?? Infinity)) nearest = { point, distance }
  }
  return nearest?.point
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

/** Steps within a power of ten that read well, from many to few. */
const logarithmicSteps = [[1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const

/** Round tick values of a logarithmic axis within [low, high], above 0: at most `most` where powers of ten allow it. */
export function logarithmicTicks(low: number, high: number, most: number): readonly number[] {
  const first = Math.floor(Math.log10(low))
  const powers = Array.from({ length: Math.floor(Math.log10(high)) - first + 1 }, (_, at) => 10 ** (first + at))
  const choices = logarithmicSteps.map((steps) =>
    powers.flatMap((power) => steps.map((step) => step * power)).filter((tick) => tick >= low && tick <= high),
  )
  return choices.find((ticks) => ticks.length <= most) ?? choices.at(-1) ?? []
}

/** The range of positive values on a logarithmic axis, with some air. */
export function logarithmicRange(values: readonly number[]): readonly [number, number] {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value))
  if (positive.length === 0) return [1, 10]
  const low = Math.min(...positive)
  const high = Math.max(...positive)
  const air = Math.max(1.25, (high / low) ** 0.08)
  return [low / air, high * air]
}

/** Accuracies this far below the best one are of networks that do not work any more. */
const workingSpan = 0.05

/**
 * The range of accuracies that a chart shows. One that fell far below the others would press their differences together:
 * where at least half of the points lie close to the best one, the others are left below the range.
 */
export function accuracyRange(points: readonly ScatterPoint[]): readonly [number, number] {
  const best = Math.max(...points.map(({ y }) => y))
  const close = points.filter(({ y }) => y >= best - workingSpan)
  const shown = 2 * close.length >= points.length ? close : points
  return paddedRange(
    shown.flatMap(({ yLow, yHigh }) => [yLow, yHigh]),
    0.01,
  )
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
  const measured = points.filter(({ isReference, isExpected = false }) => !isReference && !isExpected)
  for (const point of measured.toSorted((a, b) => a.x - b.x || b.y - a.y)) {
    const best = front.at(-1)
    if (best === undefined || point.y > best.y) front.push(point)
  }
  return front
}
