/** Rows of tables as plain values, whatever their columns: what repairs and imports move between databases. */
import type { Database } from '../sqlite.ts'

export type Cell = string | number | bigint | Uint8Array | null
export type StoredRow = Readonly<Record<string, Cell>>

export interface TableShape {
  readonly name: string
  readonly columns: readonly string[]
  readonly hasRowId: boolean
}

/** Tables of a schema, in the order in which they were made. */
export function tableShapes(db: Database): readonly TableShape[] {
  return db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
    )
    .all()
    .map(({ name, sql }) => ({
      name,
      columns: db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(name),
      hasRowId: !sql.includes('WITHOUT ROWID'),
    }))
}

/** Tables whose rows belong to one run each; its series, which have points of their own, are not among them. */
export function runTables(db: Database): readonly string[] {
  return tablesReferring(db, 'run_id', 'runs').filter((name) => name !== 'series')
}

/** Tables whose rows belong to one experiment each; its runs, which have rows of their own, are not among them. */
export function experimentTables(db: Database): readonly string[] {
  return tablesReferring(db, 'experiment_id', 'experiments').filter((name) => name !== 'runs')
}

function tablesReferring(db: Database, column: string, parent: string): readonly string[] {
  const refers = db.prepare<[string, string, string], unknown>(
    'SELECT 1 FROM pragma_foreign_key_list(?) WHERE "from" = ? AND "table" = ?',
  )
  return tableShapes(db)
    .map(({ name }) => name)
    .filter((name) => refers.get(name, column, parent) !== undefined)
}

/** @param where a condition on the table's columns, with `?` for each value */
export function rowsWhere(db: Database, table: string, where: string, ...values: Cell[]): readonly StoredRow[] {
  return preparedOnce(db, `SELECT * FROM "${table}" WHERE ${where}`).all(...values)
}

/** A column of texts, a value a row. */
export function columnOf(db: Database, table: string, column: string): readonly string[] {
  return db.prepare<[], string>(`SELECT "${column}" FROM "${table}"`).pluck().all()
}

/** Whether it is new: a row that is there already, by its key or another unique value, stays as it is. */
export function insertRow(db: Database, table: string, row: StoredRow): boolean {
  return rowInserter(db, table, Object.keys(row))(Object.values(row))
}

/** The same for many rows of a table, given as their cells in the order of `columns`. */
export function rowInserter(
  db: Database,
  table: string,
  columns: readonly string[],
): (cells: readonly Cell[]) => boolean {
  const names = columns.map((column) => `"${column}"`).join(', ')
  const places = columns.map(() => '?').join(', ')
  const insert = preparedOnce(db, `INSERT OR IGNORE INTO "${table}" (${names}) VALUES (${places})`)
  return (cells) => insert.run(...cells).changes === 1
}

type Prepared = ReturnType<typeof prepare>

const statements = new WeakMap<Database, Map<string, Prepared>>()

/** Of millions of rows each with a statement of its own, the statements alone would take the machine's memory. */
function preparedOnce(db: Database, sql: string): Prepared {
  const known = statements.get(db) ?? new Map<string, Prepared>()
  statements.set(db, known)
  const statement = known.get(sql) ?? prepare(db, sql)
  known.set(sql, statement)
  return statement
}

function prepare(db: Database, sql: string) {
  return db.prepare<Cell[], StoredRow>(sql)
}

/** A cell that is a text, or an empty one. */
export function textCell(row: StoredRow, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : ''
}
