/**
 * Exponential moving average without the pull to the first value: `weight` in [0, 1), 0 returns the values as they
 * are. Non-finite values are passed over and stay where they were.
 */
export function smooth(values: readonly number[], weight: number): readonly number[] {
  if (weight <= 0) return values
  let average = 0
  // 1 - weight^n: how much of the average has been filled (the bias correction of Adam).
  let filled = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    average = weight * average + (1 - weight) * value
    filled = weight * filled + (1 - weight)
    return average / filled
  })
}
