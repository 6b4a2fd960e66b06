/** How the table of experiments is set up: kept here and not by its page, so that leaving the page changes nothing. */

/** Part of the experiments that are listed apart. */
export type Shelf = 'current' | 'archived' | 'trash'

export interface SortedColumn {
  readonly id: string
  readonly isDescending: boolean
}

/** What a saved view keeps: only values. */
export interface TableLayout {
  readonly shelf: Shelf
  /** As somebody typed it (`parseFilter`), also while it is wrong. */
  readonly filter: string
  /** By the first, then equal ones by the next; never empty. */
  readonly sorting: readonly SortedColumn[]
  /** Ids of the columns rows are grouped by, the outermost first. */
  readonly grouping: readonly string[]
  /** Ids of the columns shown, in their order; absent: as many of the usual ones as the window has room for. */
  readonly columns?: readonly string[]
  /** Ids of the columns that stay where they are while the others scroll sideways. */
  readonly pinned: readonly string[]
  /** In CSS pixels, of columns that somebody resized. */
  readonly widths: Readonly<Record<string, number>>
}

export const initialLayout: TableLayout = {
  shelf: 'current',
  filter: '',
  sorting: [{ id: 'created', isDescending: true }],
  grouping: [],
  pinned: ['name'],
  widths: {},
}

/** The layout of the table, what is selected in it, and where in it one is. */
export class ExperimentsTableState {
  layout = $state.raw<TableLayout>(initialLayout)
  /** Of the saved view that was opened last. */
  viewId = $state<string>()
  /** Keys of groups whose rows are folded away. */
  collapsed = $state.raw<ReadonlySet<string>>(new Set())
  /** Ids of experiments, shown or not. */
  selected = $state.raw<ReadonlySet<string>>(new Set())
  /** Ids of experiments that charts leave out. */
  hiddenInCharts = $state.raw<ReadonlySet<string>>(new Set())
  /** Key of the row that the keyboard stands on. */
  currentKey = $state<string>()
  /** Key of the row where a range of selected rows begins. */
  anchorKey = $state<string>()
  /** In CSS pixels. No state: only a page that opens reads it. */
  scroll = { top: 0, left: 0 }

  change(changes: Partial<TableLayout>): void {
    this.layout = { ...this.layout, ...changes }
  }

  select(ids: Iterable<string>, isSelected: boolean): void {
    this.selected = withMembers(this.selected, ids, isSelected)
  }

  clearSelection(): void {
    this.selected = new Set()
    this.anchorKey = undefined
  }

  collapse(keys: Iterable<string>, isCollapsed: boolean): void {
    this.collapsed = withMembers(this.collapsed, keys, isCollapsed)
  }

  showInCharts(ids: Iterable<string>, isShown: boolean): void {
    this.hiddenInCharts = withMembers(this.hiddenInCharts, ids, !isShown)
  }
}

function withMembers(set: ReadonlySet<string>, members: Iterable<string>, areIn: boolean): ReadonlySet<string> {
  const next = new Set(set)
  for (const member of members) {
    if (areIn) next.add(member)
    else next.delete(member)
  }
  return next
}
