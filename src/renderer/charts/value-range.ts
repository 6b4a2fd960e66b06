/** How much of a value axis is shown. */
export interface AxisLimits {
  /** The axis starts at 0, so that heights compare; else it is as close to the values as reads well. */
  readonly isFromZero: boolean
  /** What the values cannot leave. */
  readonly lowest?: number
  readonly highest?: number
  /** A smaller difference than this is not blown up to the height of the chart. */
  readonly smallestSpan?: number
}

/** The range of a linear axis around values from `low` to `high`, with some air; [0, 1] without values. */
export function valueRange(
  low: number | null,
  high: number | null,
  { isFromZero, lowest = -Infinity, highest = Infinity, smallestSpan = 0 }: AxisLimits,
): readonly [number, number] {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  if (isFromZero && low >= 0) return [0, Math.min(highest, high > 0 ? 1.08 * high : 1)]
  const spanOfEqual = 0.1 * Math.abs(high) || 1
  const leastSpan = smallestSpan === 0 && high === low ? spanOfEqual : smallestSpan
  const missing = leastSpan - (high - low)
  const air = Math.max(0.08 * (high - low), missing / 2)
  return [Math.max(lowest, low - air), Math.min(highest, high + air)]
}
