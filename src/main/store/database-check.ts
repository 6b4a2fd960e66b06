import type { Database, Sqlite } from './sqlite.ts'

/** What SQLite says is wrong, or undefined when it finds nothing. Reads the whole file. */
export function quickCheck(db: Database): string | undefined {
  const found = String(db.pragma('quick_check(1)', { simple: true }))
  return found === 'ok' ? undefined : found
}

/** Whether a code of SQLite says that the file is not what was written. */
export function isDamage(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB'
}

/**
 * What every opening looks at, in milliseconds whatever the size: header, schema, and the first and last rows of every
 * table. Throws `SqliteError` for damage.
 */
export function assertReadable(sqlite: Sqlite, db: Database): void {
  // Reads the schema: a file that is no database says so here.
  const tables = db
    .prepare<[], { name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all()
  if (Number(db.pragma('user_version', { simple: true })) === 0 || !tables.some(({ name }) => name === 'experiments')) {
    throw new sqlite.SqliteError('it holds no tables of a store', 'SQLITE_CORRUPT')
  }
  for (const { name, sql } of tables) {
    db.prepare(`SELECT * FROM "${name}" LIMIT 1`).get()
    if (!sql.includes('WITHOUT ROWID')) db.prepare(`SELECT * FROM "${name}" ORDER BY rowid DESC LIMIT 1`).get()
  }
}
