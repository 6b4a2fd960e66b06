import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { rowsWhere, tableShapes, type Cell, type StoredRow } from '#main/store/repair/table-rows.ts'
import { loadSqlite, type Database } from '#main/store/sqlite.ts'

/** Say when and in which order something was written, which two ways to the same end may differ in. */
const volatileColumns: ReadonlySet<string> = new Set([
  'created_at',
  'updated_at',
  'started_at',
  'ended_at',
  'queue_order',
  'number',
  'at',
])
/** Grow while the studio is used, whatever is in the store. */
const volatileTables: ReadonlySet<string> = new Set(['counters', 'stage_times', 'settings'])

/** Everything a store holds, as lines of text that two stores with the same contents share. */
export function contentsOf(store: string): readonly string[] {
  const sqlite = loadSqlite()
  const db = new sqlite(join(store, 'studio.sqlite'), { readonly: true })
  try {
    return [...rowLines(db), ...fileLines(store)].map((line) => withoutIds(db, line)).sort()
  } finally {
    db.close()
  }
}

/** What stands in one list and not in the other, shortened for people; undefined when they are the same. */
export function differenceOf(expected: readonly string[], found: readonly string[]): string | undefined {
  const missing = lacking(expected, found)
  const added = lacking(found, expected)
  if (missing.length === 0 && added.length === 0) return undefined
  const shown = (lines: readonly string[]) => lines.slice(0, 2).map((line) => line.slice(0, 90))
  return `${missing.length} lines are missing ${JSON.stringify(shown(missing))}, ${added.length} are new ${JSON.stringify(shown(added))}`
}

function lacking(lines: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others)
  return lines.filter((line) => !known.has(line))
}

function rowLines(db: Database): readonly string[] {
  const series = new Map(
    rowsWhere(db, 'series', '1').map((row) => [row['id'], `${text(row, 'run_id')} ${text(row, 'name')}`]),
  )
  return tableShapes(db)
    .filter(({ name }) => !volatileTables.has(name))
    .flatMap(({ name }) =>
      rowsWhere(db, name, '1').map((row) => {
        const cells = Object.entries(row)
          .filter(([column]) => !volatileColumns.has(column))
          .map(([column, cell]) => cellText(column, column === 'series_id' ? (series.get(cell) ?? null) : cell))
        return `${name} ${cells.join(' ')}`
      }),
    )
}

/** Numbers that SQLite gives rows are of one database; ids that the studio makes stay. */
function cellText(column: string, cell: Cell): string {
  if (column === 'id' && typeof cell === 'number') return ''
  const value = cell instanceof Uint8Array ? createHash('sha256').update(cell).digest('hex') : String(cell)
  return `${column}=${value}`
}

/** Files of networks, data sets and finished runs, by their digests. */
function fileLines(store: string): readonly string[] {
  return ['networks', 'datasets', 'runs', 'forks'].flatMap((part) => {
    const folder = join(store, part)
    if (!existsSync(folder)) return []
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(
        (name) => statSync(join(folder, name)).isFile() && !/(manifest|networks.[0-9a-f]+)\.json$|\.json$/.test(name),
      )
      .map(
        (name) =>
          `${part}/${name} ${createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')}`,
      )
  })
}

/** Networks and data sets have ids that are drawn when they come in: they are told by their content. */
function withoutIds(db: Database, line: string): string {
  const known = [...rowsWhere(db, 'networks', '1'), ...rowsWhere(db, 'datasets', '1')]
  return known.reduce((shown, row) => shown.replaceAll(text(row, 'id'), text(row, 'sha256')), line)
}

function text(row: StoredRow, column: string): string {
  return String(row[column])
}
