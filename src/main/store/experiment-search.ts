import type {
  ExperimentOrder,
  ExperimentQuery,
  FieldValue,
  FoundExperiments,
} from '#shared/experiment/experiment-query.ts'
import { selectListed, type ListedRow } from './experiment-rows.ts'
import { BoundValues, fieldExpression, fieldOf, orderExpression } from './field-expressions.ts'
import { defineFilterFunctions, filterCondition } from './filter-conditions.ts'
import type { Database } from './sqlite.ts'

export interface FoundPage {
  readonly rows: readonly ListedRow[]
  readonly total: number
}

/** Finds experiments by their fields: neither a configuration nor a result is read as text. */
export class ExperimentSearch {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    defineFilterFunctions(db)
  }

  page(query: ExperimentQuery): FoundPage {
    const values = new BoundValues()
    const where = whereClause(query, values)
    const order = orderClause(query.order, values)
    const limits = limitClause(query, values)
    // A page is found before its rows are read; all of them are read as they are found.
    const sql =
      limits === ''
        ? `${selectListed} ${where} ${order}`
        : `WITH page AS MATERIALIZED (
             SELECT e.rowid AS row FROM experiments e ${where} ${order} ${limits}
           ) ${selectListed} JOIN page ON page.row = e.rowid ${order}`
    const rows = this.#db.prepare<[object], ListedRow>(sql).all(values.all)
    return { rows, total: this.#total(query, rows.length) }
  }

  /** The same without their rows. */
  ids(query: ExperimentQuery): FoundExperiments {
    const values = new BoundValues()
    const where = whereClause(query, values)
    const order = orderClause(query.order, values)
    const ids = this.#db
      .prepare<[object], string>(`SELECT e.id FROM experiments e ${where} ${order} ${limitClause(query, values)}`)
      .pluck()
      .all(values.all)
    return { ids, total: this.#total(query, ids.length) }
  }

  /** Of each field the values of these experiments, in their order; null also for an experiment that does not exist. */
  values(ids: readonly string[], fields: readonly string[]): Readonly<Record<string, readonly FieldValue[]>> {
    const values = new BoundValues()
    const columns = fields.map((id) => fieldExpression(fieldOf(id), values))
    const wanted = values.add(JSON.stringify(ids))
    const rows = this.#db
      .prepare<[object], FieldValue[]>(
        `SELECT ${['NULL', ...columns].join(', ')} FROM json_each(${wanted}) AS wanted
         LEFT JOIN experiments e ON e.id = wanted.value ORDER BY wanted.key`,
      )
      .raw()
      .all(values.all)
    return Object.fromEntries(fields.map((id, index) => [id, rows.map((row) => row[index + 1] ?? null)]))
  }

  #total(query: ExperimentQuery, found: number): number {
    const { limit = Infinity, offset = 0 } = query
    // A page that is not full is the last one: all before it were left out.
    if (found < limit && (found > 0 || offset === 0)) return offset + found
    const values = new BoundValues()
    const sql = `SELECT count(*) FROM experiments e ${whereClause(query, values)}`
    return this.#db.prepare<[object], number>(sql).pluck().get(values.all) ?? 0
  }
}

function whereClause({ filter, isArchived, isTrashed = false }: ExperimentQuery, values: BoundValues): string {
  const terms = [`e.trashed_at IS ${isTrashed ? 'NOT NULL' : 'NULL'}`]
  if (isArchived !== undefined) terms.push(`e.is_archived = ${Number(isArchived)}`)
  if (filter !== undefined) terms.push(filterCondition(filter, values))
  return `WHERE ${terms.join(' AND ')}`
}

function orderClause(order: readonly ExperimentOrder[] = [], values: BoundValues): string {
  const terms = order.map(
    ({ field, isDescending }) =>
      `${orderExpression(fieldOf(field), values)} ${isDescending ? 'DESC' : 'ASC'} NULLS LAST`,
  )
  return `ORDER BY ${[...terms, 'e.created_at DESC', 'e.rowid DESC'].join(', ')}`
}

function limitClause({ limit, offset }: ExperimentQuery, values: BoundValues): string {
  if (limit === undefined && offset === undefined) return ''
  return `LIMIT ${values.add(limit ?? -1)} OFFSET ${values.add(offset ?? 0)}`
}
