import type { MetricCurve } from '#shared/measures/run-curves.ts'
import type { MetricPoint } from '#shared/protocol/records.ts'
import { bucketSizes, extremeIndices } from '#shared/measures/thinning.ts'
import { Turn } from '../basics/turn.ts'
import { addPoints, removePointsAfter, seriesOfRun, seriesSummary, type MetricSeriesSummary } from './metric-series.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly step: number
  readonly elapsed_ms: number
  /** SQLite has no NaN: it is kept as NULL. */
  readonly value: number | null
}

/** Rows that one statement may look at: some milliseconds. */
const sliceRows = 10_000
/** No step comes after it. */
const lastStep = Number.MAX_SAFE_INTEGER

export class MetricsTable {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Adds a batch in one transaction; a point reported again replaces the old one. */
  add(runId: string, points: readonly MetricPoint[]): void {
    this.#db.transaction(() => addPoints(this.#db, runId, points))()
  }

  /** Forgets what came after `step`: a run that goes on from a checkpoint reports it again. */
  removeAfter(runId: string, step: number): void {
    this.#db.transaction(() => removePointsAfter(this.#db, runId, step))()
  }

  /** What a table shows of a metric, without reading its points; undefined for one that was never reported. */
  summary(runId: string, name: string): MetricSeriesSummary | undefined {
    return seriesSummary(this.#db, runId, name)
  }

  /**
   * Points after `afterStep`, by name and step; all of them, or at most `maxPoints` (at least 2) a name: the first, the
   * last, and of each of equally full buckets between them the lowest, the highest and the first that is no number. Reads
   * in slices and lets others run between them, so that the longest series holds nobody up.
   */
  async list(runId: string, afterStep: number, maxPoints?: number): Promise<readonly MetricPoint[]> {
    const turn = new Turn()
    const points: MetricPoint[] = []
    for (const { id, name, count } of seriesOfRun(this.#db, runId)) {
      const series = { id, afterStep, upToStep: lastStep }
      const { rows } = await this.#series(series, count, maxPoints, turn)
      for (const row of rows) {
        points.push({ name, step: row.step, elapsedMs: row.elapsed_ms, value: row.value ?? NaN })
      }
      await turn.endIfLong()
    }
    return points
  }

  /** The same points as columns: of the named metrics or of all, within a window of steps or of the whole run. */
  async curves(runId: string, { metrics, window, maxPoints }: CurveSelection): Promise<readonly MetricCurve[]> {
    const turn = new Turn()
    const curves: MetricCurve[] = []
    const { afterStep, upToStep } = window ?? { afterStep: -1, upToStep: lastStep }
    for (const { id, name, count: countOfAll } of seriesOfRun(this.#db, runId)) {
      if (metrics !== undefined && !metrics.includes(name)) continue
      const { rows, count } = await this.#series({ id, afterStep, upToStep }, countOfAll, maxPoints, turn)
      curves.push({
        metric: name,
        steps: Float64Array.from(rows, ({ step }) => step),
        elapsedMs: Float64Array.from(rows, (row) => row.elapsed_ms),
        values: Float64Array.from(rows, ({ value }) => value ?? NaN),
        count,
      })
      await turn.endIfLong()
    }
    return curves
  }

  /** @param countOfAll points of the series in and out of the window */
  async #series(
    series: Series,
    countOfAll: number,
    maxPoints: number | undefined,
    turn: Turn,
  ): Promise<{ readonly rows: readonly Row[]; readonly count: number }> {
    const isWhole = series.afterStep < 0 && series.upToStep === lastStep
    const count = isWhole ? countOfAll : await this.#count(series, turn)
    const rows =
      maxPoints === undefined || count <= maxPoints
        ? await this.#all(series, turn)
        : await this.#thinned(series, bucketSizes(count, maxPoints), turn)
    return { rows, count }
  }

  async #count({ id, afterStep, upToStep }: Series, turn: Turn): Promise<number> {
    const slice = this.#db.prepare<unknown[], { readonly count: number; readonly last: number | null }>(
      `SELECT count(*) AS count, max(step) AS last
       FROM (SELECT step FROM points WHERE series_id = ? AND step > ? AND step <= ? ORDER BY step LIMIT ?)`,
    )
    let total = 0
    let after: number | undefined = afterStep
    while (after !== undefined) {
      const counted = slice.get(id, after, upToStep, sliceRows)
      total += counted?.count ?? 0
      after = counted?.last ?? undefined
      await turn.endIfLong()
    }
    return total
  }

  async #all({ id, afterStep, upToStep }: Series, turn: Turn): Promise<readonly Row[]> {
    const slice = this.#db.prepare<unknown[], Row>(
      `SELECT step, elapsed_ms, value FROM points WHERE series_id = ? AND step > ? AND step <= ? ORDER BY step LIMIT ?`,
    )
    const rows: Row[] = []
    let after: number | undefined = afterStep
    while (after !== undefined) {
      const read = slice.all(id, after, upToStep, sliceRows)
      for (const row of read) rows.push(row)
      after = read.at(-1)?.step
      await turn.endIfLong()
    }
    return rows
  }

  async #thinned(series: Series, sizes: readonly number[], turn: Turn): Promise<readonly Row[]> {
    const { id, afterStep, upToStep } = series
    const end = (order: 'ASC' | 'DESC'): Row | undefined =>
      this.#db
        .prepare<unknown[], Row>(
          `SELECT step, elapsed_ms, value FROM points WHERE series_id = ? AND step > ? AND step <= ?
           ORDER BY step ${order} LIMIT 1`,
        )
        .get(id, afterStep, upToStep)
    const first = end('ASC')
    const last = end('DESC')
    if (first === undefined || last === undefined) return []
    const rows: Row[] = [first]
    const bucketAfter = this.#bucketReader(series, turn)
    let after = first.step
    for (const size of sizes) {
      const bucket = await bucketAfter(after, size)
      rows.push(...bucket.kept)
      after = bucket.last
    }
    return [...rows, last]
  }

  /** Reads what is kept of the `size` points after a step, and the last step among them. */
  #bucketReader({ id }: Series, turn: Turn) {
    const at = this.#db
      .prepare<unknown[], number>(
        'SELECT step FROM points WHERE series_id = ? AND step > ? ORDER BY step LIMIT 1 OFFSET ?',
      )
      .pluck()
    // A lone min() or max() gives the other columns of its own row; without a row, NULL in all of them.
    const between = 'FROM points WHERE series_id = ? AND step > ? AND step <= ?'
    const lowest = this.#db.prepare<unknown[], Extreme & { readonly gaps: number }>(
      `SELECT step, elapsed_ms, min(value) AS value, count(*) - count(value) AS gaps ${between}`,
    )
    const highest = this.#db.prepare<unknown[], Extreme>(`SELECT step, elapsed_ms, max(value) AS value ${between}`)
    const gap = this.#db.prepare<unknown[], Extreme>(
      `SELECT min(step) AS step, elapsed_ms, value ${between} AND value IS NULL`,
    )
    return async (after: number, size: number): Promise<{ readonly kept: readonly Row[]; readonly last: number }> => {
      const found: (Extreme | undefined)[] = []
      let from = after
      for (let left = size; left > 0; left -= sliceRows) {
        const to = at.get(id, from, Math.min(left, sliceRows) - 1) ?? from
        const low = lowest.get(id, from, to)
        found.push(low, highest.get(id, from, to))
        if (low !== undefined && low.gaps > 0) found.push(gap.get(id, from, to))
        from = to
        await turn.endIfLong()
      }
      return { kept: extremes(found), last: from }
    }
  }
}

interface Series {
  readonly id: number
  readonly afterStep: number
  readonly upToStep: number
}

export interface CurveSelection {
  /** Names; all when absent. */
  readonly metrics?: readonly string[] | undefined
  /** The whole run when absent. */
  readonly window?: Pick<Series, 'afterStep' | 'upToStep'> | undefined
  /** Of each metric; at least 2. */
  readonly maxPoints: number
}

/** A row, or NULLs where there is none. */
type Extreme = Row | { readonly step: null }

/** What is kept of the extremes of a bucket's slices. */
function extremes(found: readonly (Extreme | undefined)[]): readonly Row[] {
  const rows = found.filter((row): row is Row => row !== undefined && row.step !== null)
  const sorted = rows.toSorted((a, b) => a.step - b.step)
  return extremeIndices(sorted.map(({ value }) => value ?? NaN)).flatMap((index) => sorted[index] ?? [])
}
