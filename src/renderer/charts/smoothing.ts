/**
 * Exponential moving average over `x`, without the pull to the first value: each value counts for the stretch of x since
 * the one before it, and `1/e` of that after `width` more, so that places with many points weigh no more than others.
 * `width` 0 returns the values as they are. On a logarithmic axis the logarithms are averaged (a geometric mean), or the
 * line would lie above most of what it stands for. Values that the axis cannot show stay where they were and count for
 * nothing.
 */
export function smooth(
  x: readonly number[],
  values: readonly number[],
  { width, isLogarithmic }: { readonly width: number; readonly isLogarithmic: boolean },
): readonly number[] {
  if (width <= 0) return values
  // The first value has nothing before it: it counts for as much as the second.
  let previous = 2 * (x[0] ?? 0) - (x[1] ?? (x[0] ?? 0) + width)
  let average = 0
  let filled = 0
  return values.map((value, index) => {
    const shown = isLogarithmic ? Math.log(value) : value
    if (!Number.isFinite(shown)) return value
    const at = x[index] ?? previous
    // Two points of one x differ in nothing that could be weighed: the smallest stretch keeps the average defined.
    const decay = Math.exp(-Math.max(1e-9, (at - previous) / width))
    previous = at
    average = decay * average + (1 - decay) * shown
    filled = decay * filled + (1 - decay)
    return isLogarithmic ? Math.exp(average / filled) : average / filled
  })
}
