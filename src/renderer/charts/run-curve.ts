/** From the stored points of a metric to a line of a chart. */
import { xOfPoints, type CurveAxis } from './curve-axis.ts'
import type { SeriesData } from './metric-series.ts'
import type { CurveLine } from './plot-data.ts'
import { smooth, type Smoothing } from './smoothing.ts'
import type { WallOffset } from '#shared/measures/run-timeline.ts'

export interface CurveView {
  readonly axis: CurveAxis
  readonly wallOffsets: readonly WallOffset[]
  /** What values are multiplied by to be in the unit shown. */
  readonly factor: number
  readonly smoothing?: Smoothing | undefined
}

/** A copy in the unit shown: the points themselves keep changing. Points whose place is not known are left out. */
export function curveOf(data: SeriesData, { axis, wallOffsets, factor, smoothing }: CurveView): CurveLine {
  const places = xOfPoints({ ...data, wallOffsets }, axis)
  const isKnown = places.every(Number.isFinite)
  const x = isKnown ? [...places] : places.filter(Number.isFinite)
  const values = isKnown ? data.values : data.values.filter((_, index) => Number.isFinite(places[index]))
  const y = factor === 1 ? [...values] : values.map((value) => value * factor)
  // Also over a width of nothing, while there is one point: a chart is built for lines that are smoothed, or for others.
  return { raw: { x, y }, ...(smoothing === undefined ? {} : { smoothed: smooth(x, y, smoothing) }) }
}

/** Points of a window of steps that are closer together than those of the whole run. */
export interface WindowedSeries {
  readonly afterStep: number
  readonly upToStep: number
  readonly data: SeriesData
}

/** `data` with the points of a window in the place of its own there. */
export function withDetail(data: SeriesData, detail: WindowedSeries | undefined): SeriesData {
  const newest = detail?.data.steps.at(-1)
  if (detail === undefined || newest === undefined) return data
  // What came after the window was read is in `data` alone.
  const upToStep = Math.min(detail.upToStep, newest)
  const start = data.steps.findIndex((step) => step > detail.afterStep)
  const end = data.steps.findIndex((step) => step > upToStep)
  const replaced = (own: readonly number[], inside: readonly number[]): readonly number[] => [
    ...own.slice(0, start === -1 ? own.length : start),
    ...inside,
    ...(end === -1 ? [] : own.slice(end)),
  ]
  return {
    steps: replaced(data.steps, detail.data.steps),
    elapsedMs: replaced(data.elapsedMs, detail.data.elapsedMs),
    values: replaced(data.values, detail.data.values),
  }
}
