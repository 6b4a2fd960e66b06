import { thinnedIndices } from '#shared/measures/thinning.ts'
import type { ZoomedRange } from '../state/charts.svelte.ts'
import type { Curve } from './group-curves.ts'

/** What a line chart draws: shared ascending x, columns of every line, undefined where a line has no point at an x. */
export interface AlignedColumns {
  readonly x: readonly number[]
  readonly columns: readonly (readonly (number | null | undefined)[])[]
}

/** One line as it is measured, with what is drawn over or around it; all of the length of its x. */
export interface CurveLine {
  readonly raw: Curve
  /** Drawn over the pale raw line. */
  readonly smoothed?: readonly number[]
  /** Drawn around it. */
  readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] }
}

export interface AlignOptions {
  /** The axis goes that far, whether or not these lines do: charts of one run share it. */
  readonly range: ZoomedRange
  /** The part in sight, for which alone there are points beside its neighbours; all when undefined. */
  readonly zoom?: ZoomedRange | undefined
  readonly isXLogarithmic: boolean
  /** Values a logarithmic axis cannot show become gaps. */
  readonly isLogarithmic: boolean
  /** Of a line. */
  readonly maximumPoints: number
}

/** Columns of a line: raw and smoothed, which without smoothing are the same; then low and high where it has a band. */
export function columnCount({ band }: CurveLine): number {
  return band === undefined ? 2 : 4
}

/** The columns of all lines, one line after the other. */
export function alignCurves(lines: readonly CurveLine[], options: AlignOptions): AlignedColumns {
  const { range, isXLogarithmic, isLogarithmic } = options
  const chosen = lines.map((line) => ({ line, indices: shownIndices(line.raw, options) }))
  const isShown = (at: number): boolean => Number.isFinite(at) && (at > 0 || !isXLogarithmic)
  const x = chosen
    .map(({ line, indices }) => indices.map((index) => line.raw.x[index] ?? NaN))
    .reduce(mergedPlaces, mergedPlaces([range.min], [range.max]))
    .filter(isShown)
  const columns = chosen.flatMap(({ line: { raw, smoothed, band }, indices }) => {
    const rows = rowsOf(indices, raw.x, x)
    const columnOf = (values: readonly number[]): readonly (number | null | undefined)[] => {
      const column = new Array<number | null | undefined>(x.length).fill(undefined)
      rows.forEach((row, place) => {
        if (row !== undefined) column[row] = showable(values[indices[place] ?? -1], isLogarithmic)
      })
      return column
    }
    const own = columnOf(raw.y)
    const over = smoothed === undefined ? own : columnOf(smoothed)
    return band === undefined ? [own, over] : [own, over, columnOf(band.low), columnOf(band.high)]
  })
  return { x, columns }
}

/** The places of two ascending lists, ascending and each once. */
function mergedPlaces(a: readonly number[], b: readonly number[]): readonly number[] {
  const merged: number[] = []
  let [left, right] = [0, 0]
  while (left < a.length || right < b.length) {
    const isLeft = right >= b.length || (a[left] ?? Infinity) <= (b[right] ?? Infinity)
    const place = (isLeft ? a[left++] : b[right++]) ?? NaN
    if (place !== merged.at(-1)) merged.push(place)
  }
  return merged
}

/** The row of each point among the places of all lines; undefined where it has none. */
function rowsOf(
  indices: readonly number[],
  own: readonly number[],
  places: readonly number[],
): readonly (number | undefined)[] {
  let row = 0
  return indices.map((index) => {
    const at = own[index] ?? NaN
    while ((places[row] ?? Infinity) < at) row++
    return places[row] === at ? row : undefined
  })
}

/** Those in sight and one beside them at each end, few enough to be drawn, the extremes among them. */
function shownIndices({ x, y }: Curve, { zoom, maximumPoints }: AlignOptions): readonly number[] {
  if (zoom === undefined) return thinnedIndices(y, maximumPoints)
  const start = Math.max(0, firstAbove(x, zoom.min) - 1)
  const end = Math.min(x.length, firstAbove(x, zoom.max) + 1)
  return thinnedIndices(y.slice(start, end), maximumPoints).map((index) => start + index)
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

/** `null` is a gap in the line, `undefined` (another line's x) is bridged. */
function showable(value: number | undefined, isLogarithmic: boolean): number | null {
  if (value === undefined || !Number.isFinite(value) || (isLogarithmic && value <= 0)) return null
  return value
}

/** How many measured points in sight lie outside of the values shown. */
export function countOutside(
  lines: readonly CurveLine[],
  { low, high }: { readonly low: number; readonly high: number },
  zoom: ZoomedRange | undefined,
): number {
  const isInSight = (x: number): boolean => zoom === undefined || (x >= zoom.min && x <= zoom.max)
  return lines.reduce(
    (sum, { raw }) => sum + raw.y.filter((y, index) => (y < low || y > high) && isInSight(raw.x[index] ?? NaN)).length,
    0,
  )
}
