/** Several curves as one: their mean, and how far they lie apart. */

export interface Curve {
  /** Ascending. */
  readonly x: readonly number[]
  readonly y: readonly number[]
}

interface GroupCurve {
  readonly x: readonly number[]
  readonly mean: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
}

export const groupBands = ['deviation', 'range'] as const
/** Mean plus and minus the sample deviation, or from the lowest to the highest. */
export type GroupBand = (typeof groupBands)[number]

export interface Grouping {
  readonly band: GroupBand
  /** The logarithms are averaged: equal factors count the same. */
  readonly isLogarithmic: boolean
  /** Of the result, at most. */
  readonly maximumPoints: number
}

/** At each x those curves count that reach from before it to after it, with the value between their points. */
export function groupCurves(curves: readonly Curve[], { band, isLogarithmic, maximumPoints }: Grouping): GroupCurve {
  const x = commonX(curves, maximumPoints)
  const rows = curves.map((curve) => valuesAt(isLogarithmic ? { ...curve, y: curve.y.map(Math.log) } : curve, x))
  const group = { x, mean: [] as number[], low: [] as number[], high: [] as number[] }
  for (let index = 0; index < x.length; index++) {
    const values = rows.map((row) => row[index] ?? NaN).filter(Number.isFinite)
    const [mean, low, high] = spreadOf(values, band).map((value) => (isLogarithmic ? Math.exp(value) : value))
    group.mean.push(mean ?? NaN)
    group.low.push(low ?? NaN)
    group.high.push(high ?? NaN)
  }
  return group
}

/** Every x of every curve, or as many at equal distances in their order. */
function commonX(curves: readonly Curve[], maximum: number): readonly number[] {
  const all = [...new Set(curves.flatMap(({ x }) => x))].filter(Number.isFinite).sort((a, b) => a - b)
  if (all.length <= maximum) return all
  return Array.from({ length: maximum }, (_, index) => all[Math.round((index * (all.length - 1)) / (maximum - 1))] ?? 0)
}

/** Values of a curve at ascending places, linear between its points; NaN outside of them. */
function valuesAt({ x, y }: Curve, places: readonly number[]): readonly number[] {
  let after = 0
  return places.map((at) => {
    while ((x[after] ?? Infinity) < at) after++
    const right = x[after]
    if (right === undefined) return NaN
    if (right === at) return y[after] ?? NaN
    const left = x[after - 1]
    if (left === undefined) return NaN
    const share = (at - left) / (right - left)
    return (1 - share) * (y[after - 1] ?? NaN) + share * (y[after] ?? NaN)
  })
}

function spreadOf(
  values: readonly number[],
  band: Grouping['band'],
): readonly [mean: number, low: number, high: number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (band === 'range') return [mean, Math.min(...values), Math.max(...values)]
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
  return [mean, mean - deviation, mean + deviation]
}
