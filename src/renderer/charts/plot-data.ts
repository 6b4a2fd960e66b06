import { thinnedIndices } from '#shared/thinning.ts'
import { smooth } from './smoothing.ts'
import type { SeriesData } from './metric-series.ts'

/** What a line chart draws: shared ascending x, one column a line, undefined where a line has no point at an x. */
export interface AlignedColumns {
  readonly x: readonly number[]
  readonly columns: readonly (readonly (number | null | undefined)[])[]
}

export interface AlignOptions {
  readonly xOf: 'step' | 'time'
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
  const thinned = series.map((data) => {
    const smoothed = smooth(data.values, options.smoothing)
    const x = options.xOf === 'step' ? data.steps : data.elapsedMs.map((milliseconds) => milliseconds / 1000)
    return thinnedIndices(data.values, options.maximumPoints).map((index) => ({
      x: x[index] ?? NaN,
      raw: showable(data.values[index], options.isLogarithmic),
      smoothed: showable(smoothed[index], options.isLogarithmic),
    }))
  })
  const xs = [...new Set(thinned.flat().map((point) => point.x))].sort((a, b) => a - b)
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

/** `null` is a gap in the line, `undefined` (another metric's x) is bridged. */
function showable(value: number | undefined, isLogarithmic: boolean): number | null {
  if (value === undefined || !Number.isFinite(value) || (isLogarithmic && value <= 0)) return null
  return value
}
