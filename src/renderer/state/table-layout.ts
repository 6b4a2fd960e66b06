/** A layout of the table as a saved view keeps it, and back. */
import type { SavedView } from '#shared/experiment/saved-view.ts'
import { initialLayout, type TableLayout } from './experiments-table.svelte.ts'

type StoredView = SavedView['view']

export function storedViewOf({
  filter,
  columns = [],
  sorting,
  grouping,
  pinned,
  widths,
  shelf,
}: TableLayout): StoredView {
  return {
    filter,
    columns: columns.map((field) => {
      const width = widths[field]
      return {
        field,
        ...(width === undefined ? {} : { width }),
        ...(pinned.includes(field) ? { isPinned: true } : {}),
      }
    }),
    order: sorting.map(({ id, isDescending }) => ({ field: id, isDescending })),
    groups: [...grouping],
    shows: shelf,
  }
}

export function layoutOfView({ filter, columns, order, groups, shows }: StoredView): TableLayout {
  const layout: TableLayout = {
    filter,
    shelf: shows,
    sorting:
      order.length === 0
        ? initialLayout.sorting
        : order.map(({ field, isDescending }) => ({ id: field, isDescending })),
    grouping: groups,
    pinned: initialLayout.pinned,
    widths: {},
  }
  // Without any the table takes as many of the usual ones as it has room for.
  if (columns.length === 0) return layout
  const resized = columns.flatMap(({ field, width }) => (width === undefined ? [] : [[field, width] as const]))
  return {
    ...layout,
    columns: columns.map(({ field }) => field),
    pinned: columns.filter(({ isPinned }) => isPinned === true).map(({ field }) => field),
    widths: Object.fromEntries(resized),
  }
}

/** The view that the table shows now, whoever set it up. */
export function viewShown(views: readonly SavedView[], layout: TableLayout): SavedView | undefined {
  const now = JSON.stringify(storedViewOf(layout))
  return views.find(({ view }) => JSON.stringify(storedViewOf(layoutOfView(view))) === now)
}
