/** The vertical axis of curves: its range and its ticks, the same on the screen and in a file. */
import { logarithmicRange, logarithmicTicks, roundTicks } from './scatter-layout.ts'
import { valueRange, type AxisLimits } from './value-range.ts'

/** How values are written and how much of their axis is shown. */
export interface ValueAxis extends AxisLimits {
  readonly isLogarithmic: boolean
  /** Unit behind a tick. */
  readonly suffix: string
}

/** What is shown where not all is. */
export interface ValueFences {
  readonly low: number
  readonly high: number
}

/** The range around values from `low` to `high`, or around those of them that lie within the fences. */
export function shownValues(
  axis: ValueAxis,
  low: number | null,
  high: number | null,
  fences: ValueFences | undefined,
): readonly [number, number] {
  const from = low === null || fences === undefined ? low : Math.max(low, fences.low)
  const to = high === null || fences === undefined ? high : Math.min(high, fences.high)
  return axis.isLogarithmic ? logarithmicRange([from ?? NaN, to ?? NaN]) : valueRange(from, to, axis)
}

/** Round places of a logarithmic axis, also where it spans less than a power of ten. */
export function logarithmicPlaces(low: number, high: number, most: number): readonly number[] {
  const ticks = logarithmicTicks(low, high, most)
  const fewest = 3
  return ticks.length >= fewest ? ticks : roundTicks(low, high, most)
}
