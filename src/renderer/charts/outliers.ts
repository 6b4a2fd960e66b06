/** Tukey's outer fences: beyond them lies what would press everything else together. */
const fenceWidths = 3

/** The range that leaves out values far from the middle half; undefined where there are too few to say. */
export function usualRange(
  values: readonly number[],
  isLogarithmic: boolean,
): { readonly low: number; readonly high: number } | undefined {
  const shown = (isLogarithmic ? values.map(Math.log) : values).filter(Number.isFinite).sort((a, b) => a - b)
  const fewest = 8
  if (shown.length < fewest) return undefined
  const [lower, upper] = [quantile(shown, 0.25), quantile(shown, 0.75)]
  const width = fenceWidths * (upper - lower)
  const [low, high] = [lower - width, upper + width]
  return isLogarithmic ? { low: Math.exp(low), high: Math.exp(high) } : { low, high }
}

/** Linear between the two values nearest to it. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const first = sorted[below] ?? NaN
  return first + (at - below) * ((sorted[below + 1] ?? first) - first)
}
