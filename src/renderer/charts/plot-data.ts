import { thinnedIndices } from '#shared/measures/thinning.ts'
import type { SeriesData } from './metric-series.ts'
import { smooth } from './smoothing.ts'

/** What a line chart draws: shared ascending x, one column a line, undefined where a line has no point at an x. */
export interface AlignedColumns {
  readonly x: readonly number[]
  readonly columns: readonly (readonly (number | null | undefined)[])[]
}

export interface AlignOptions {
  readonly xOf: 'step' | 'time'
  /** The axis goes from 0 to here, whether or not these metrics reach as far: charts of one run share it. */
  readonly xEnd: number
  /** Values a logarithmic axis cannot show become gaps. */
  readonly isLogarithmic: boolean
  readonly maximumPoints: number
}

/** One line: its points, and the width of its moving average as a part of the axis. */
export interface SmoothedSeries {
  readonly data: SeriesData
  readonly smoothing: number
}

/**
 * Raw and smoothed columns of several metrics on one x axis (steps, or seconds of training time). The columns are
 * raw and smoothed of the first metric, then of the second, and so on; without smoothing both hold the same values.
 */
export function alignSeries(series: readonly SmoothedSeries[], options: AlignOptions): AlignedColumns {
  const { xOf, xEnd, isLogarithmic, maximumPoints } = options
  const thinned = series.map(({ data, smoothing }) => {
    const x = xOf === 'step' ? data.steps : data.elapsedMs.map((milliseconds) => milliseconds / 1000)
    const smoothed = smooth(x, data.values, { width: smoothing * xEnd, isLogarithmic })
    return thinnedIndices(data.values, maximumPoints).map((index) => ({
      x: x[index] ?? NaN,
      raw: showable(data.values[index], isLogarithmic),
      smoothed: showable(smoothed[index], isLogarithmic),
    }))
  })
  const xs = [...new Set([0, ...thinned.flat().map((point) => point.x), xEnd])].sort((a, b) => a - b)
  const rowOf = new Map(xs.map((x, row) => [x, row]))
  const columns = thinned.flatMap((points) => {
    const raw = new Array<number | null | undefined>(xs.length).fill(undefined)
    const smoothed = new Array<number | null | undefined>(xs.length).fill(undefined)
    for (const point of points) {
      const row = rowOf.get(point.x)
      if (row === undefined) continue
      raw[row] = point.raw
      smoothed[row] = point.smoothed
    }
    return [raw, smoothed]
  })
  return { x: xs, columns }
}

/** Row of the newest point of a column up to `at`: lines do not share their x, and what comes later was not known there. */
export function rowUpTo(
  x: ArrayLike<number>,
  column: ArrayLike<number | null | undefined> | undefined,
  at: number,
): number | undefined {
  let row = firstAbove(x, at) - 1
  while (row >= 0 && (column?.[row] === null || column?.[row] === undefined)) row--
  return row < 0 ? undefined : row
}

/** First index of the ascending `x` that is above `at`; its length where none is. */
function firstAbove(x: ArrayLike<number>, at: number): number {
  let low = 0
  let high = x.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((x[middle] ?? Infinity) > at) high = middle
    else low = middle + 1
  }
  return low
}

/** `null` is a gap in the line, `undefined` (another metric's x) is bridged. */
function showable(value: number | undefined, isLogarithmic: boolean): number | null {
  if (value === undefined || !Number.isFinite(value) || (isLogarithmic && value <= 0)) return null
  return value
}
