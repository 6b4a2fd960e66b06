import {
  newestFirst,
  type ExperimentCursor,
  type ExperimentFilter,
  type ExperimentOrderKey,
  type ExperimentQuery,
} from '#shared/experiment/experiment-query.ts'
import { selectListed, type ListedRow } from './experiment-rows.ts'
import type { Database } from './sqlite.ts'

const networkName = '(SELECT name FROM networks WHERE id = e.network_id)'
const datasetName = '(SELECT name FROM datasets WHERE id = e.dataset_id)'

/** What an order compares. Texts without regard to case; what is trained goes by its architecture. */
const orderValues: Readonly<Record<ExperimentOrderKey, string>> = {
  createdAt: 'e.created_at',
  updatedAt: 'e.updated_at',
  name: 'e.name COLLATE NOCASE',
  status: 'e.status',
  kind: 'e.kind',
  network: `CASE e.kind WHEN 'train' THEN e.architecture ELSE ${networkName} END COLLATE NOCASE`,
  dataset: `${datasetName} COLLATE NOCASE`,
  hiddenSize: 'e.hidden_size',
  accuracy: 'e.accuracy',
  difference: 'e.difference',
  ratio: 'e.ratio',
  totalBytes: 'e.total_bytes',
  seconds: 'e.seconds',
}

export interface FoundPage {
  readonly rows: readonly ListedRow[]
  readonly next?: ExperimentCursor
  readonly total: number
}

/** Finds experiments by plain columns: neither a configuration nor a result is read. */
export class ExperimentSearch {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
    // SQLite itself takes only the letters of ASCII for the same in both cases.
    db.function('fold_case', { deterministic: true }, (text) => (typeof text === 'string' ? text.toLowerCase() : null))
  }

  page({ filter = {}, order = newestFirst, after, limit = -1 }: ExperimentQuery): FoundPage {
    const { terms, values } = conditions(filter)
    const value = orderValues[order.key]
    const behind = after === undefined ? undefined : conditionAfter(value, order.isDescending, after)
    const where = whereClause(behind === undefined ? terms : [...terms, behind.term])
    const direction = `${order.isDescending ? 'DESC' : 'ASC'} NULLS LAST`
    // A page is found before its rows are read; all of them are read as they are found.
    const sql =
      limit < 0
        ? `${selectListed} ${where} ORDER BY ${value} ${direction}, e.rowid DESC`
        : `WITH page AS MATERIALIZED (
             SELECT e.rowid AS row, ${value} AS value FROM experiments e ${where}
             ORDER BY 2 ${direction}, 1 DESC LIMIT @limit
           ) ${selectListed} JOIN page ON page.row = e.rowid ORDER BY page.value ${direction}, page.row DESC`
    // One more than asked for says whether there is a next page.
    const found = this.#db.prepare<[object], ListedRow>(sql).all({ ...values, ...behind?.values, limit: limit + 1 })
    const rows = limit < 0 ? found : found.slice(0, limit)
    const last = rows.at(-1)
    return {
      rows,
      ...(found.length > rows.length && last !== undefined ? { next: this.#cursor(value, last.id) } : {}),
      total: after === undefined && rows.length === found.length ? found.length : this.#count(filter),
    }
  }

  /** Ids, newest first. */
  ids(filter: ExperimentFilter): readonly string[] {
    const { terms, values } = conditions(filter)
    return this.#db
      .prepare<[object], string>(
        `SELECT e.id FROM experiments e ${whereClause(terms)} ORDER BY e.created_at DESC, e.rowid DESC`,
      )
      .pluck()
      .all(values)
  }

  #cursor(value: string, id: string): ExperimentCursor {
    const sql = `SELECT e.rowid AS row, ${value} AS value FROM experiments e WHERE e.id = ?`
    return this.#db.prepare<[string], ExperimentCursor>(sql).get(id) ?? { value: null, row: 0 }
  }

  #count(filter: ExperimentFilter): number {
    const { terms, values } = conditions(filter)
    const count = this.#db.prepare<[object], number>(`SELECT count(*) FROM experiments e ${whereClause(terms)}`)
    return count.pluck().get(values) ?? 0
  }
}

interface Conditions {
  readonly terms: readonly string[]
  readonly values: Readonly<Record<string, string | number | null>>
}

function whereClause(terms: readonly string[]): string {
  return terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`
}

function conditions({ text = '', status, kind, isArchived, isStarred }: ExperimentFilter): Conditions {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const terms: string[] = []
  const values: Record<string, string | number> = {}
  if (status !== undefined) {
    terms.push('e.status IN (SELECT value FROM json_each(@status))')
    values['status'] = JSON.stringify(status)
  }
  if (kind !== undefined) {
    terms.push('e.kind IN (SELECT value FROM json_each(@kind))')
    values['kind'] = JSON.stringify(kind)
  }
  if (isArchived !== undefined) terms.push(`e.is_archived = ${Number(isArchived)}`)
  if (isStarred !== undefined) terms.push(`e.is_starred = ${Number(isStarred)}`)
  words.forEach((word, index) => {
    const has = (column: string) =>
      isAscii(word) ? `${column} LIKE @word${index} ESCAPE '!'` : `instr(fold_case(${column}), @word${index}) > 0`
    const named = (table: string) => `IN (SELECT id FROM ${table} WHERE ${has('name')})`
    const own = ['name', 'tags', 'notes', 'id', 'architecture'].map((column) => has(`e.${column}`))
    terms.push(`(${[...own, `e.network_id ${named('networks')}`, `e.dataset_id ${named('datasets')}`].join(' OR ')})`)
    values[`word${index}`] = isAscii(word) ? `%${word.replaceAll(/[!%_]/g, '!$&')}%` : word
  })
  return { terms, values }
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}

/** What comes after the experiment with this value and rowid. */
function conditionAfter(value: string, isDescending: boolean, after: ExperimentCursor) {
  const later =
    after.value === null
      ? `(${value} IS NULL AND e.rowid < @afterRow)`
      : `(${value} ${isDescending ? '<' : '>'} @afterValue OR ${value} IS NULL
          OR (${value} = @afterValue AND e.rowid < @afterRow))`
  return { term: later, values: { afterValue: after.value, afterRow: after.row } }
}
