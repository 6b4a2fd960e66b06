import type { MetricCurve } from '#shared/measures/run-curves.ts'
import type { MetricPoint } from '#shared/protocol/records.ts'

/** Values of one metric in ascending, unique steps. */
export interface SeriesData {
  readonly steps: readonly number[]
  readonly elapsedMs: readonly number[]
  readonly values: readonly number[]
}

export function seriesOfCurve({ steps, elapsedMs, values }: MetricCurve): SeriesData {
  return { steps: [...steps], elapsedMs: [...elapsedMs], values: [...values] }
}

const emptySeries: SeriesData = { steps: [], elapsedMs: [], values: [] }

/**
 * The metrics of one run, merged by step from a stored snapshot and a live stream. A resumed run repeats the steps
 * after its checkpoint: the later value of a step wins.
 */
export class MetricStore {
  readonly #series = new Map<string, { steps: number[]; elapsedMs: number[]; values: number[] }>()
  #isThinned = false

  get names(): readonly string[] {
    return [...this.#series.keys()].sort()
  }

  get(name: string): SeriesData {
    return this.#series.get(name) ?? emptySeries
  }

  /** The newest point of a metric. */
  last(name: string): { readonly step: number; readonly value: number } | undefined {
    const series = this.#series.get(name)
    const step = series?.steps.at(-1)
    const value = series?.values.at(-1)
    return step === undefined || value === undefined ? undefined : { step, value }
  }

  /** Whether there are more points than were read. */
  get isThinned(): boolean {
    return this.#isThinned
  }

  /** The one with most points: it tells best how steps lie in time. */
  get longest(): SeriesData {
    let longest = emptySeries
    for (const series of this.#series.values()) if (series.steps.length > longest.steps.length) longest = series
    return longest
  }

  get lastStep(): number {
    return Math.max(-1, ...[...this.#series.values()].map((series) => series.steps.at(-1) ?? -1))
  }

  /** Training time of the newest point, in milliseconds; 0 without any. */
  get lastElapsedMs(): number {
    return Math.max(0, ...[...this.#series.values()].map((series) => series.elapsedMs.at(-1) ?? 0))
  }

  /** A stored series; points that came by stream before it stay. */
  addCurve(curve: MetricCurve): void {
    if (curve.count > curve.steps.length) this.#isThinned = true
    const streamed = this.#series.get(curve.metric)
    const { steps, elapsedMs, values } = curve
    this.#series.set(curve.metric, { steps: [...steps], elapsedMs: [...elapsedMs], values: [...values] })
    streamed?.steps.forEach((step, index) => {
      const [time = NaN, value = NaN] = [streamed.elapsedMs[index], streamed.values[index]]
      this.add([{ name: curve.metric, step, elapsedMs: time, value }])
    })
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      let series = this.#series.get(point.name)
      if (series === undefined) {
        series = { steps: [], elapsedMs: [], values: [] }
        this.#series.set(point.name, series)
      }
      const index = insertionIndex(series.steps, point.step)
      const replaced = series.steps[index] === point.step ? 1 : 0
      series.steps.splice(index, replaced, point.step)
      series.elapsedMs.splice(index, replaced, point.elapsedMs)
      series.values.splice(index, replaced, point.value)
    }
  }
}

/** First index whose step is not below `step`; looked for from the end, where live points belong. */
function insertionIndex(steps: readonly number[], step: number): number {
  const last = steps.at(-1)
  if (last === undefined || step > last) return steps.length
  let low = 0
  let high = steps.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((steps[middle] ?? Infinity) < step) low = middle + 1
    else high = middle
  }
  return low
}
