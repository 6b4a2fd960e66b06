import { thinnedIndices } from '#shared/thinning.ts'
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
  /** Width of the moving average, as a part of the axis. */
  readonly smoothing: number
  /** Values a logarithmic axis cannot show become gaps. */
  readonly isLogarithmic: boolean
  readonly maximumPoints: number
}

/**
 * Raw and smoothed columns of several metrics on one x axis (steps, or seconds of training time). The columns are
 * raw and smoothed of the first metric, then of the second, and so on; without smoothing both hold the same values.
 */
export function alignSeries(series: readonly SeriesData[], options: AlignOptions): AlignedColumns {
  const { xOf, xEnd, isLogarithmic, maximumPoints } = options
  const width = options.smoothing * xEnd
  const thinned = series.map((data) => {
    const x = xOf === 'step' ? data.steps : data.elapsedMs.map((milliseconds) => milliseconds / 1000)
    const smoothed = smooth(x, data.values, { width, isLogarithmic })
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

/** The value of a column at `row`, or of the nearest earlier point: lines do not share their steps. */
export function valueAt(column: ArrayLike<number | null | undefined> | undefined, row: number): number | undefined {
  for (let at = row; at >= 0; at--) {
    const value = column?.[at]
    if (value !== null && value !== undefined) return value
  }
  return undefined
}

/** `null` is a gap in the line, `undefined` (another metric's x) is bridged. */
function showable(value: number | undefined, isLogarithmic: boolean): number | null {
  if (value === undefined || !Number.isFinite(value) || (isLogarithmic && value <= 0)) return null
  return value
}
