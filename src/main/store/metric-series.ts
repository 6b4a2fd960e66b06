/**
 * Metrics as they are kept: a series for each metric of a run, its points under the series' number, and beside them what
 * tables show of it, kept up to date with every batch. Each function belongs into a transaction.
 */
import type { MetricPoint } from '#shared/protocol/records.ts'
import type { Database } from './sqlite.ts'

/** Of the points that are numbers; `last` is NaN where the last one is none, the others where none is. */
export interface MetricSeriesSummary {
  readonly count: number
  readonly last: number
  readonly minimum: number
  readonly maximum: number
}

export interface MetricSeries {
  readonly id: number
  readonly name: string
  /** Of its points. */
  readonly count: number
}

/** By name. */
export function seriesOfRun(db: Database, runId: string): readonly MetricSeries[] {
  return db
    .prepare<[string], MetricSeries>('SELECT id, name, count FROM series WHERE run_id = ? ORDER BY name')
    .all(runId)
}

export function seriesSummary(db: Database, runId: string, name: string): MetricSeriesSummary | undefined {
  const row = db
    .prepare<[string, string], { readonly [K in keyof MetricSeriesSummary]: number | null }>(
      'SELECT count, last, minimum, maximum FROM series WHERE run_id = ? AND name = ?',
    )
    .get(runId, name)
  if (row === undefined) return undefined
  const { count, last, minimum, maximum } = row
  return { count: count ?? 0, last: last ?? NaN, minimum: minimum ?? NaN, maximum: maximum ?? NaN }
}

/** A point reported again replaces the old one. */
export function addPoints(db: Database, runId: string, points: readonly MetricPoint[]): void {
  const insert = db.prepare('INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?)')
  for (const [name, own] of byName(points)) {
    const series = seriesNamed(db, runId, name)
    for (const { step, elapsedMs, value } of own) insert.run(series.id, step, elapsedMs, value)
    if (isAfter(own, series.last_step)) extendSummary(db, series.id, own)
    else summariseAnew(db, series.id)
  }
}

export function removePointsAfter(db: Database, runId: string, step: number): void {
  const remove = db.prepare('DELETE FROM points WHERE series_id = ? AND step > ?')
  const longer = db
    .prepare<[string, number], number>('SELECT id FROM series WHERE run_id = ? AND last_step > ?')
    .pluck()
  for (const id of longer.all(runId, step)) {
    remove.run(id, step)
    summariseAnew(db, id)
  }
  db.prepare('DELETE FROM series WHERE run_id = ? AND count = 0').run(runId)
}

interface SeriesRow {
  readonly id: number
  /** Null for a new one. */
  readonly last_step: number | null
}

function seriesNamed(db: Database, runId: string, name: string): SeriesRow {
  const known = db
    .prepare<[string, string], SeriesRow>('SELECT id, last_step FROM series WHERE run_id = ? AND name = ?')
    .get(runId, name)
  if (known !== undefined) return known
  const { lastInsertRowid } = db.prepare('INSERT INTO series (run_id, name) VALUES (?, ?)').run(runId, name)
  return { id: Number(lastInsertRowid), last_step: null }
}

function byName(points: readonly MetricPoint[]): ReadonlyMap<string, readonly MetricPoint[]> {
  const groups = new Map<string, MetricPoint[]>()
  for (const point of points) {
    const group = groups.get(point.name)
    if (group === undefined) groups.set(point.name, [point])
    else group.push(point)
  }
  return groups
}

/** Whether each comes after the one before it: then nothing was replaced. */
function isAfter(points: readonly MetricPoint[], lastStep: number | null): boolean {
  let before = lastStep ?? -Infinity
  for (const { step } of points) {
    if (step <= before) return false
    before = step
  }
  return true
}

function extendSummary(db: Database, id: number, points: readonly MetricPoint[]): void {
  const last = points.at(-1)
  if (last === undefined) return
  const numbers = points.map(({ value }) => value).filter((value) => !Number.isNaN(value))
  db.prepare(
    `UPDATE series SET count = count + @count, last_step = @lastStep, last = @last,
       minimum = min(coalesce(minimum, @minimum), coalesce(@minimum, minimum)),
       maximum = max(coalesce(maximum, @maximum), coalesce(@maximum, maximum))
     WHERE id = @id`,
  ).run({
    id,
    count: points.length,
    lastStep: last.step,
    last: last.value,
    minimum: extremeOf(numbers, Math.min),
    maximum: extremeOf(numbers, Math.max),
  })
}

function extremeOf(numbers: readonly number[], choose: (a: number, b: number) => number): number | null {
  const [first, ...others] = numbers
  return first === undefined ? null : others.reduce((a, b) => choose(a, b), first)
}

function summariseAnew(db: Database, id: number): void {
  db.prepare(
    `UPDATE series SET (count, last_step, minimum, maximum) =
       (SELECT count(*), max(step), min(value), max(value) FROM points WHERE series_id = @id) WHERE id = @id`,
  ).run({ id })
  db.prepare(
    'UPDATE series SET last = (SELECT value FROM points WHERE series_id = @id AND step = last_step) WHERE id = @id',
  ).run({ id })
}
