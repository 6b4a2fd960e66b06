/** The files of a database: SQLite keeps others beside the one that it is named by. */
import { rmSync, statSync } from 'node:fs'

/** Of one that nobody has open. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true })
}

/** With what has not been folded into the main file yet. */
export function databaseBytes(path: string): number {
  return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)
}
