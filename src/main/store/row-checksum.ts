/**
 * Checksums beside what is shown as numbers. SQLite does not notice a bit of a cell that flipped; whoever reads such a row
 * compares, and never shows what is not as it was written.
 */
import { crc32 } from 'node:zlib'
import type { Database } from './sqlite.ts'

type Cell = string | number | bigint | Uint8Array | null

/** Of cells in this order; any flipped bit changes it. */
export function rowChecksum(cells: readonly Cell[]): number {
  let sum = 0
  for (const cell of cells) sum = crc32(cell instanceof Uint8Array ? cell : `${JSON.stringify(cell)}\n`, sum)
  return sum
}

/** The same within SQL, for migrations: `row_checksum(a, b)`. */
export function defineRowChecksum(db: Database): void {
  db.function('row_checksum', { deterministic: true, varargs: true }, (...cells: Cell[]) => rowChecksum(cells))
}
