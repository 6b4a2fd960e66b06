/**
 * Averages over `x` of values that lie at any distances: each counts for the stretch of x since the one before it, so that
 * places with many points weigh no more than others.
 */
export const smoothingMethods = ['exponential', 'gaussian', 'mean'] as const
export type SmoothingMethod = (typeof smoothingMethods)[number]

export interface Smoothing {
  /**
   * `exponential` looks back: a value counts for `1/e` after `width` more. `gaussian` looks both ways, with `width` as four
   * standard deviations; `mean` too, over `width`.
   */
  readonly method: SmoothingMethod
  /** In the unit of x; 0 leaves the values as they are. */
  readonly width: number
  /** The logarithms are averaged (a geometric mean), or the line would lie above most of what it stands for. */
  readonly isLogarithmic: boolean
}

/** Values that the axis cannot show stay where they were and count for nothing. */
export function smooth(
  x: readonly number[],
  values: readonly number[],
  { method, width, isLogarithmic }: Smoothing,
): readonly number[] {
  if (width <= 0) return values
  const shown = isLogarithmic ? values.map(Math.log) : values
  const averages = averagesBy[method]({ x, values: shown, weights: stretches(x, width) }, width)
  return values.map((value, index) => {
    const average = averages[index] ?? NaN
    if (!Number.isFinite(shown[index])) return value
    return isLogarithmic ? Math.exp(average) : average
  })
}

interface Weighted {
  readonly x: readonly number[]
  /** Some are no numbers. */
  readonly values: readonly number[]
  readonly weights: readonly number[]
}

const averagesBy: Readonly<Record<SmoothingMethod, (data: Weighted, width: number) => readonly number[]>> = {
  exponential: exponentialAverages,
  gaussian: gaussianAverages,
  mean: runningMeans,
}

/** The first value has nothing before it: it counts for as much as the second. */
function stretches(x: readonly number[], width: number): readonly number[] {
  const first = x.length > 1 ? (x[1] ?? 0) - (x[0] ?? 0) : width
  // Two points of one x differ in nothing that could be weighed: the smallest stretch keeps the average defined.
  return x.map((at, index) => Math.max(1e-9 * width, index === 0 ? first : at - (x[index - 1] ?? at)))
}

function exponentialAverages({ values, weights }: Weighted, width: number): readonly number[] {
  let average = 0
  let filled = 0
  let passed = 0
  return values.map((value, index) => {
    passed += weights[index] ?? 0
    if (!Number.isFinite(value)) return NaN
    const decay = Math.exp(-passed / width)
    passed = 0
    average = decay * average + (1 - decay) * value
    filled = decay * filled + (1 - decay)
    return average / filled
  })
}

function gaussianAverages({ x, values, weights }: Weighted, width: number): readonly number[] {
  const deviation = width / 4
  const reach = 3 * deviation
  let start = 0
  return x.map((at) => {
    while ((x[start] ?? Infinity) < at - reach) start++
    let sum = 0
    let total = 0
    for (let index = start; (x[index] ?? Infinity) <= at + reach; index++) {
      const value = values[index] ?? NaN
      if (!Number.isFinite(value)) continue
      const distance = ((x[index] ?? at) - at) / deviation
      const weight = (weights[index] ?? 0) * Math.exp(-0.5 * distance * distance)
      sum += weight * value
      total += weight
    }
    return sum / total
  })
}

function runningMeans({ x, values, weights }: Weighted, width: number): readonly number[] {
  const reach = width / 2
  let [start, end, sum, total] = [0, 0, 0, 0]
  const add = (index: number, sign: number): void => {
    const value = values[index] ?? NaN
    if (!Number.isFinite(value)) return
    sum += sign * (weights[index] ?? 0) * value
    total += sign * (weights[index] ?? 0)
  }
  return x.map((at) => {
    while ((x[end] ?? Infinity) <= at + reach) add(end++, 1)
    while ((x[start] ?? Infinity) < at - reach) add(start++, -1)
    return sum / total
  })
}
