/**
 * The rows of a damaged database that can be read, table by table. SQLite reads a table from the front until it meets a
 * damaged page; behind that page it reads on.
 */
import { isDamage } from '../database-check.ts'
import { migrate, readVersion } from '../migrate.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { rowInserter, tableShapes, type Cell, type TableShape } from './table-rows.ts'

export interface Salvaged {
  /** Tables of which something could not be read. */
  readonly damagedTables: readonly string[]
}

/**
 * Copies what can be read of a damaged database into `into`, an empty file, which then has the same version; references are
 * not looked at. Throws `SqliteError` where not even the schema can be read.
 */
export function salvageRows(sqlite: Sqlite, damagedPath: string, into: Database): Salvaged {
  const from = new sqlite(damagedPath, { readonly: true })
  try {
    into.pragma('foreign_keys = OFF')
    migrate(into, readVersion(from))
    const damagedTables = into.transaction(() =>
      tableShapes(into).flatMap((table) => {
        into.prepare(`DELETE FROM "${table.name}"`).run()
        return new TableSalvage(sqlite, from, into, table).run() ? [] : [table.name]
      }),
    )()
    removeLonePoints(into)
    return { damagedTables }
  } finally {
    from.close()
  }
}

/** Points whose series could not be read: a series that comes in from elsewhere may be given their number. */
function removeLonePoints(db: Database): void {
  if (!tableShapes(db).some(({ name }) => name === 'points')) return
  db.prepare('DELETE FROM points WHERE series_id NOT IN (SELECT id FROM series)').run()
}

/** Row ids that were read. */
interface Taken {
  readonly first: number | undefined
  readonly last: number | undefined
  readonly isEnd: boolean
}

class TableSalvage {
  readonly #sqlite: Sqlite
  readonly #from: Database
  readonly #into: Database
  readonly #table: TableShape
  readonly #columns: string
  readonly #insert: (cells: readonly Cell[]) => boolean
  #isWhole = true

  constructor(sqlite: Sqlite, from: Database, into: Database, table: TableShape) {
    this.#sqlite = sqlite
    this.#from = from
    this.#into = into
    this.#table = table
    this.#columns = table.columns.map((column) => `"${column}"`).join(', ')
    this.#insert = rowInserter(into, table.name, table.columns)
  }

  /** Whether all rows could be read. */
  run(): boolean {
    if (this.#table.hasRowId) this.#readByRowId()
    else this.#readByKey()
    return this.#isWhole
  }

  /** A damaged page is stepped over in ever longer steps; what a step was too long for is read from behind. */
  #readByRowId(): void {
    const select = `SELECT rowid, ${this.#columns} FROM "${this.#table.name}"`
    const front = this.#take(`${select} ORDER BY rowid`)
    let before = front.last ?? 0
    let { isEnd } = front
    for (let step = 1; !isEnd && before + step < Number.MAX_SAFE_INTEGER; step *= 2) {
      const found = this.#take(`${select} WHERE rowid >= ? ORDER BY rowid`, before + step)
      isEnd = found.isEnd
      if (found.first === undefined) continue
      this.#take(`${select} WHERE rowid > ? AND rowid < ? ORDER BY rowid DESC`, before, found.first)
      before = found.last ?? found.first
      step = 1
    }
    if (!this.#isWhole) this.#take(`${select} WHERE rowid > ? ORDER BY rowid DESC`, before)
  }

  #readByKey(): void {
    const { name } = this.#table
    const select = `SELECT ${this.#columns} FROM "${name}"`
    this.#take(select)
    if (this.#isWhole) return
    // Series are copied before their points: each is asked for its own.
    const series = name === 'points' ? this.#into.prepare<[], number>('SELECT id FROM series').pluck().all() : []
    for (const id of series) {
      this.#take(`${select} WHERE series_id = ? ORDER BY step`, id)
      this.#take(`${select} WHERE series_id = ? ORDER BY step DESC`, id)
    }
  }

  /** Copies rows until one cannot be read; `isEnd` where there are no more. */
  #take(sql: string, ...values: number[]): Taken {
    let first: number | undefined
    let last: number | undefined
    try {
      const rows = this.#from.prepare<number[], Cell[]>(sql).raw()
      for (const cells of rows.iterate(...values)) {
        const rowId = this.#table.hasRowId ? cells.shift() : undefined
        this.#keep(cells)
        if (typeof rowId !== 'number') continue
        first ??= rowId
        last = rowId
      }
      return { first, last, isEnd: true }
    } catch (cause) {
      if (!(cause instanceof this.#sqlite.SqliteError) || !isDamage(cause.code)) throw cause
      this.#isWhole = false
      return { first, last, isEnd: false }
    }
  }

  #keep(cells: readonly Cell[]): void {
    try {
      this.#insert(cells)
    } catch (cause) {
      // A cell of a wrong type, or of no value the table allows: the page was whole, its content is not.
      if (!(cause instanceof this.#sqlite.SqliteError) || !cause.code.startsWith('SQLITE_CONSTRAINT')) throw cause
      this.#isWhole = false
    }
  }
}
