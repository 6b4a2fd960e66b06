/** What people do to the columns of the table, as changes of its layout. */
import type { SortedColumn, TableLayout } from '../../state/experiments-table.svelte.ts'
import type { TableColumn } from './columns.ts'

/** A layout whose columns are known, also where nobody chose them. */
export type ShownLayout = TableLayout & { readonly columns: readonly string[] }
type Changes = Partial<TableLayout>

const narrowestPixels = 56
const widestPixels = 800

/**
 * Sorts by a column, the other way round where it did already.
 * @param isAdded rows that are equal so far are sorted by it, in place of all by it alone
 */
export function sortedBy({ sorting }: TableLayout, column: TableColumn, isAdded: boolean): Changes {
  const known = sorting.find(({ id }) => id === column.id)
  // Numbers are most often wanted from the largest, words from the start.
  const isDescending = known === undefined ? column.isNumber : !known.isDescending
  const key: SortedColumn = { id: column.id, isDescending }
  if (!isAdded) return { sorting: [key] }
  return { sorting: known === undefined ? [...sorting, key] : sorting.map((own) => (own === known ? key : own)) }
}

/** Sorts by a column in one direction, and by nothing else. */
export function sortedOnlyBy({ id }: TableColumn, isDescending: boolean): Changes {
  return { sorting: [{ id, isDescending }] }
}

/** Groups rows by a column as well, or no longer. */
export function groupedBy({ grouping }: TableLayout, { id }: TableColumn): Changes {
  return { grouping: grouping.includes(id) ? grouping.filter((own) => own !== id) : [...grouping, id] }
}

export function shown({ columns }: ShownLayout, { id }: TableColumn, isShown: boolean): Changes {
  const others = columns.filter((own) => own !== id)
  return { columns: isShown ? [...others, id] : others }
}

export function pinned({ pinned }: TableLayout, { id }: TableColumn, isPinned: boolean): Changes {
  const others = pinned.filter((own) => own !== id)
  return { pinned: isPinned ? [...others, id] : others }
}

/** Moves a column by some places among those that are pinned as it is. */
export function movedBy(layout: ShownLayout, { id }: TableColumn, places: number): Changes {
  const isPinned = (own: string): boolean => layout.pinned.includes(own)
  const peers = layout.columns.filter((own) => isPinned(own) === isPinned(id))
  const target = peers[peers.indexOf(id) + places]
  return target === undefined ? {} : movedTo(layout, id, target)
}

/** Puts a column where another one is; that one moves towards where it came from. It is pinned as that one is. */
export function movedTo({ columns, pinned }: ShownLayout, id: string, targetId: string): Changes {
  const [from, to] = [columns.indexOf(id), columns.indexOf(targetId)]
  if (from < 0 || to < 0 || from === to) return {}
  const others = pinned.filter((own) => own !== id)
  return {
    columns: columns.toSpliced(from, 1).toSpliced(to, 0, id),
    pinned: pinned.includes(targetId) ? [...others, id] : others,
  }
}

/** @param width in CSS pixels */
export function resized({ widths }: TableLayout, { id }: TableColumn, width: number): Changes {
  const allowed = Math.round(Math.min(widestPixels, Math.max(narrowestPixels, width)))
  return { widths: { ...widths, [id]: allowed } }
}
