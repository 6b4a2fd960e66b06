import type { TableRow } from './table-model.ts'

/** A place in the page that shows one row after the other while the table scrolls. */
export interface RowSlot {
  readonly slot: number
  /** Of its row, among all rows. */
  readonly index: number
  readonly row: TableRow
}

/**
 * Gives rows to the elements that show them: a row stays in its element as long as it is drawn, and one that scrolls out
 * leaves its element to the next that scrolls in. So scrolling makes no element and throws none away. What did not change is
 * the same object as before.
 */
export class RowSlots {
  #slots: readonly RowSlot[] = []

  /** @param start of the first of the rows, among all rows */
  fill(start: number, rows: readonly TableRow[]): readonly RowSlot[] {
    const count = rows.length
    this.#slots = Array.from({ length: count }, (_, slot) => {
      const offset = (slot - (start % count) + count) % count
      const row = rows[offset]
      if (row === undefined) throw new RangeError(`No row at ${offset} of ${count}.`)
      const index = start + offset
      const before = this.#slots[slot]
      return before?.row === row && before.index === index ? before : { slot, index, row }
    })
    return this.#slots
  }
}
