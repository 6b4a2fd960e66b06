import { AppException } from '#shared/basics/result.ts'
import type { Database } from './sqlite.ts'
import { migrations, schemaVersion } from './migrations.ts'
import { defineRowChecksum } from './row-checksum.ts'

/** The version a database says it has; 0 for an empty one. */
export function readVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/** Throws `store-newer` for a database that a newer studio wrote. */
export function assertNotNewer(db: Database): void {
  const version = readVersion(db)
  if (version <= schemaVersion) return
  throw new AppException({
    code: 'store-newer',
    message: `The store has version ${version}, this studio knows versions up to ${schemaVersion}.`,
    where: db.name,
    remedy: 'Update the studio, or use another store (--store DIR). Nothing was changed.',
  })
}

/**
 * Brings a database to `target` in one transaction, or leaves it as it was.
 * Errors: `store-newer` when a newer studio wrote it.
 */
export function migrate(db: Database, target = schemaVersion): void {
  assertNotNewer(db)
  const from = readVersion(db)
  defineRowChecksum(db)
  db.transaction(() => {
    for (const { version, sql } of migrations) {
      if (version <= from || version > target) continue
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    }
  })()
}
