import type { AppError } from '#shared/basics/result.ts'
import { problemOf } from './json-column.ts'

/** A row that is damaged, or was made by a newer studio. */
export interface UnreadableRow {
  readonly id: string
  readonly name: string
  readonly problem: AppError
}

/** The records of a table, without failing for those that cannot be read. */
export function readableRows<Row extends { readonly id: string; readonly name: string }, T>(
  rows: readonly Row[],
  read: (row: Row) => T,
): { readonly records: readonly T[]; readonly unreadable: readonly UnreadableRow[] } {
  const records: T[] = []
  const unreadable: UnreadableRow[] = []
  for (const row of rows) {
    const problem = problemOf(() => records.push(read(row)))
    if (problem !== undefined) unreadable.push({ id: row.id, name: row.name, problem })
  }
  return { records, unreadable }
}
