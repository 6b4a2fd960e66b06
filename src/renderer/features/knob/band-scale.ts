/** The common axis on which the bands of all candidates are drawn. */
import type { Forecast } from '#shared/forecast/accuracy-band.ts'

export interface BandScale {
  /** Points at the ends of the axis. */
  readonly from: number
  readonly to: number
}

/** Bands that go on far beyond the limit would leave no room for the others: they are cut there. */
const mostLimits = 6
const leastSpan = 0.5
const mostPoints = 20

/** @param limit points that may be lost, where that was said */
export function bandScale(forecasts: readonly Forecast[], limit: number | undefined): BandScale {
  const bands = forecasts.filter((forecast) => forecast.kind === 'band')
  const from = Math.min(0, ...bands.map(({ low }) => low))
  const highest = Math.max(leastSpan, (limit ?? 0) * 1.25, ...bands.map(({ high }) => high))
  return { from, to: Math.min(highest, limit === undefined ? mostPoints : Math.max(leastSpan, mostLimits * limit)) }
}

/** Where points lie on the axis, from 0 to 100; beyond its ends at them. */
export function placeOf(points: number, { from, to }: BandScale): number {
  return Math.min(100, Math.max(0, (100 * (points - from)) / (to - from)))
}
