/** The rows and columns that a layout makes of experiments: TanStack Table filters, groups and places columns. */
import {
  columnFilteringFeature,
  columnGroupingFeature,
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  constructTable,
  createFilteredRowModel,
  createGroupedRowModel,
  rowAggregationFeature,
  tableFeatures,
  type AggregationFnDef,
  type ColumnDef,
  type FilterFn,
  type Row,
} from '@tanstack/table-core'
import { storeReactivityBindings } from '@tanstack/table-core/store-reactivity-bindings'
import { meanAndDeviation, type MeanAndDeviation } from '#shared/measures/statistics.ts'
import type { TableLayout } from '../../state/experiments-table.svelte.ts'
import type { CellValue, TableColumn } from './columns.ts'
import type { ExperimentRow } from './experiment-rows.ts'
import { RowOrder, TextRanks } from './row-order.ts'

const features = tableFeatures({
  coreReactivityFeature: storeReactivityBindings(),
  columnFilteringFeature,
  filteredRowModel: createFilteredRowModel(),
  columnGroupingFeature,
  groupedRowModel: createGroupedRowModel(),
  columnOrderingFeature,
  columnPinningFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  rowAggregationFeature,
})
type Features = typeof features
type ModelRow = Row<Features, ExperimentRow>

/** Which rows pass is asked of a column that is never shown. */
const passColumn = 'passes'

interface PassFilter {
  readonly id: typeof passColumn
  readonly value: TableInput['passes']
}

export interface TableInput {
  readonly rows: readonly ExperimentRow[]
  /** All that there are; the layout names those that are shown. */
  readonly columns: readonly TableColumn[]
  readonly layout: TableLayout & { readonly columns: readonly string[] }
  readonly passes: (row: ExperimentRow) => boolean
  /** Keys of groups whose rows are left out. */
  readonly collapsed: ReadonlySet<string>
}

/** A column where it stands. */
export interface PlacedColumn {
  readonly column: TableColumn
  readonly width: number
  readonly isPinned: boolean
}

export type TableRow =
  | { readonly type: 'experiment'; readonly key: string; readonly row: ExperimentRow; readonly depth: number }
  | {
      readonly type: 'group'
      readonly key: string
      readonly column: TableColumn
      /** Undefined where its rows have none. */
      readonly value: CellValue | undefined
      readonly depth: number
      readonly isCollapsed: boolean
      /** Of the experiments in it. */
      readonly ids: readonly string[]
      readonly statisticsOf: (columnId: string) => MeanAndDeviation | undefined
    }

export interface ShownTable {
  readonly columns: readonly PlacedColumn[]
  readonly rowCount: number
  /** Experiments that pass, also those in collapsed groups, in the order shown. */
  readonly experiments: readonly ExperimentRow[]
  /** Rows from `start` to before `end`. */
  readonly slice: (start: number, end: number) => readonly TableRow[]
  /** Where the row with this key is; undefined where it is not shown. */
  readonly indexOf: (key: string | undefined) => number | undefined
}

/** Keeps what it has computed from one view to the next: only what changed is sorted and grouped again. */
export class TableModel {
  #columns: readonly TableColumn[] = []
  #byId: ReadonlyMap<string, TableColumn> = new Map()
  #definitions: ColumnDef<Features, ExperimentRow>[] = []
  #filters: PassFilter[] = []
  #order: RowOrder<ModelRow> | undefined
  readonly #ranks = new TextRanks()
  readonly #kept = new Map<string, { readonly text: string; readonly value: unknown }>()
  readonly #table = constructTable<Features, ExperimentRow>({
    features,
    data: [],
    columns: [],
    getRowId: ({ experiment }) => experiment.id,
    groupedColumnMode: false,
  })

  view({ rows, columns, layout, passes, collapsed }: TableInput): ShownTable {
    if (columns !== this.#columns) this.#define(columns)
    const shown = layout.columns.filter((id) => this.#byId.has(id))
    const state = {
      grouping: layout.grouping.filter((id) => this.#byId.has(id)),
      columnOrder: shown,
      columnPinning: { start: shown.filter((id) => layout.pinned.includes(id)), end: [] },
      columnSizing: { ...layout.widths },
      columnVisibility: Object.fromEntries([passColumn, ...this.#byId.keys()].map((id) => [id, shown.includes(id)])),
    }
    this.#table.setOptions((previous) => ({
      ...previous,
      data: rows,
      columns: this.#definitions,
      state: { ...this.#unchanged(state), columnFilters: this.#filtersFor(passes) },
    }))
    const order = this.#orderBy(layout)
    const ordered = order.of(this.#table.getGroupedRowModel().rows)
    const isGrouped = state.grouping.length > 0
    const flat = isGrouped ? unfolded(ordered, collapsed, order) : ordered
    // The same objects again for rows that are drawn again.
    const made = new Map<number, TableRow>()
    const rowAt = (row: ModelRow, index: number): TableRow => {
      const known = made.get(index) ?? this.#rowOf(row, collapsed, order)
      made.set(index, known)
      return known
    }
    return {
      columns: this.#placed(),
      rowCount: flat.length,
      experiments: (isGrouped ? leaves(ordered, order) : ordered).map(({ original }) => original),
      slice: (start, end) => flat.slice(start, end).map((row, offset) => rowAt(row, start + offset)),
      indexOf: (key) => {
        const index = key === undefined ? -1 : flat.findIndex(({ id }) => id === key)
        return index < 0 ? undefined : index
      },
    }
  }

  #define(columns: readonly TableColumn[]): void {
    this.#columns = columns
    this.#order = undefined
    this.#byId = new Map(columns.map((column) => [column.id, column]))
    this.#definitions = [
      { id: passColumn, accessorFn: () => true, filterFn: passing },
      ...columns.map((column): ColumnDef<Features, ExperimentRow> => ({
        id: column.id,
        accessorFn: column.valueOf,
        size: column.width,
        ...(column.isNumber && column.hasNoMean !== true ? { aggregationFn: statistics } : {}),
        ...groupingOf(column),
      })),
    ]
  }

  /** What a row order has sorted it keeps, so the same one goes on as long as the columns and the layout's sorting do. */
  #orderBy({ sorting }: TableLayout): RowOrder<ModelRow> {
    const keys = sorting.flatMap(({ id, isDescending }) => {
      const column = this.#byId.get(id)
      return column === undefined ? [] : [{ id, isDescending, valueOf: (row: ModelRow) => sortValue(column, row) }]
    })
    if (this.#order?.isBy(keys) !== true) this.#order = new RowOrder(keys, this.#ranks)
    return this.#order
  }

  /** State slices that say the same are the same objects: the library computes again for a new object. */
  #unchanged<T extends Readonly<Record<string, unknown>>>(state: T): T {
    const entries = Object.entries(state).map(([name, value]) => {
      const text = JSON.stringify(value)
      const kept = this.#kept.get(name)
      if (kept?.text === text) return [name, kept.value]
      this.#kept.set(name, { text, value })
      return [name, value]
    })
    // The same names with equal values.
    return Object.fromEntries(entries) as T
  }

  #filtersFor(passes: TableInput['passes']): PassFilter[] {
    if (this.#filters[0]?.value !== passes) this.#filters = [{ id: passColumn, value: passes }]
    return this.#filters
  }

  /** Columns in their order, the pinned ones first. */
  #placed(): readonly PlacedColumn[] {
    return [...this.#table.getStartVisibleLeafColumns(), ...this.#table.getCenterVisibleLeafColumns()].flatMap(
      (placed) => {
        const column = this.#byId.get(placed.id)
        if (column === undefined) return []
        const isPinned = placed.getIsPinned() !== false
        return [{ column, width: placed.getSize(), isPinned }]
      },
    )
  }

  #rowOf(row: ModelRow, collapsed: ReadonlySet<string>, order: RowOrder<ModelRow>): TableRow {
    const column = this.#byId.get(row.groupingColumnId ?? '')
    if (column === undefined) return { type: 'experiment', key: row.id, row: row.original, depth: row.depth }
    return {
      type: 'group',
      key: row.id,
      column,
      value: column.valueOf(row.original),
      depth: row.depth,
      isCollapsed: collapsed.has(row.id),
      ids: leaves([row], order).map(({ id }) => id),
      statisticsOf: (columnId) => statisticsOf(row, columnId),
    }
  }
}

/** The rows below group rows that are not collapsed, in their order. */
function unfolded(
  rows: readonly ModelRow[],
  collapsed: ReadonlySet<string>,
  order: RowOrder<ModelRow>,
): readonly ModelRow[] {
  return rows.flatMap((row) =>
    isGroup(row) && !collapsed.has(row.id) ? [row, ...unfolded(order.of(row.subRows), collapsed, order)] : [row],
  )
}

function leaves(rows: readonly ModelRow[], order: RowOrder<ModelRow>): readonly ModelRow[] {
  return rows.flatMap((row) => (isGroup(row) ? leaves(order.of(row.subRows), order) : [row]))
}

function isGroup(row: ModelRow): boolean {
  return row.groupingColumnId !== undefined
}

/** Of the values that the experiments of a group have in a column of numbers. */
function statisticsOf(group: ModelRow, columnId: string): MeanAndDeviation | undefined {
  const value: unknown = group.getValue(columnId)
  return isStatistics(value) ? value : undefined
}

function isStatistics(value: unknown): value is MeanAndDeviation {
  return typeof value === 'object' && value !== null && 'mean' in value
}

const statistics: AggregationFnDef<Features, ExperimentRow> = {
  aggregate: ({ rows, getValue }) => {
    const values = rows.map((row) => getValue(row)).filter((value) => typeof value === 'number')
    return values.length === 0 ? undefined : meanAndDeviation(values)
  },
}

/** Which rows pass is one function, whatever the value. */
const passing: FilterFn<Features, ExperimentRow> = (row, _columnId, passes: TableInput['passes']) =>
  passes(row.original)

/** Groups by the mean of their rows. Asking the column itself is quicker than the library's memory of its values. */
function sortValue({ id, valueOf }: TableColumn, row: ModelRow): CellValue | undefined {
  if (!isGroup(row)) return valueOf(row.original)
  const value: unknown = row.getValue(id)
  if (isStatistics(value)) return value.mean
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}

function groupingOf({ valueOf, groupOf }: TableColumn): { getGroupingValue?: (row: ExperimentRow) => unknown } {
  if (groupOf === undefined) return {}
  return {
    getGroupingValue: (row) => {
      const value = valueOf(row)
      return value === undefined ? undefined : groupOf(value)
    },
  }
}
