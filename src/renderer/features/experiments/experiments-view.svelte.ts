import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import { runsInChartsAtMost } from '#shared/protocol/commands/charts.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { parseFilter, type FilterTextProblem } from '#shared/experiment/filter/filter-text.ts'
import { formatAmount } from '../../format/format.ts'
import type { ExperimentsTableState } from '../../state/experiments-table.svelte.ts'
import type { Resource } from '../../state/resource.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { usualColumns } from './columns.ts'
import {
  archiveExperiments,
  changeExperiments,
  restoreExperiments,
  trashExperiments,
  type ExperimentChange,
} from './experiment-changes.ts'
import { experimentRows, isOnShelf, type ExperimentRow } from './experiment-rows.ts'
import { allColumns, storedFields } from './field-columns.ts'
import { filterParts, type FilterPart } from './filter-parts.ts'
import { TableModel, type ShownTable } from './table-model.ts'
import { experimentsTexts } from './texts.ts'

const typingPauseMs = 100

/** What the table shows and what can be done with the rows selected in it. */
export class ExperimentsView {
  readonly #studio: WindowStudio
  readonly #model = new TableModel()
  /** What somebody is asked about: whether it is to be gone for good. */
  idsToDelete = $state.raw<readonly string[]>([])
  /** Of the table, in CSS pixels. */
  width = $state(1000)
  /** Ids of those that satisfy the filter; undefined without one. The store answers, which knows all their values. */
  #found = $state.raw<ReadonlySet<string>>()

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  /** Kept while other pages are open. */
  get state(): ExperimentsTableState {
    return this.#studio.table
  }

  // Apart from the layout: a press on a heading changes that, and must not have all rows made and filtered again.
  readonly #shelf = $derived.by(() => this.state.layout.shelf)
  readonly #filterText = $derived.by(() => this.state.layout.filter)

  /** All on the shelf and beside it; in the trash those of the trash. Undefined while they are read. */
  get list(): Resource<readonly ExperimentSummary[]> {
    return this.#shelf === 'trash' ? this.#studio.trash.list : this.#studio.experiments.list
  }

  readonly all: readonly ExperimentRow[] = $derived.by(() => {
    const { library, values } = this.#studio
    const { networks, datasets } = library
    return experimentRows(this.list.value ?? [], networks.value ?? [], datasets.value ?? [], values.byField)
  })

  readonly #parsed = $derived(parseFilter(this.#filterText))

  /** What is wrong with the text of the filter. */
  get filterProblem(): FilterTextProblem | undefined {
    return this.#parsed.ok ? undefined : this.#parsed.problem
  }

  /** Of the last filter that could be read. */
  readonly filterParts: readonly FilterPart[] = $derived(this.#parsed.ok ? filterParts(this.#parsed.filter) : [])

  readonly columns = allColumns

  /** Ids of the columns that are shown, in their order. */
  readonly shownColumns: readonly string[] = $derived(this.state.layout.columns ?? usualColumns(this.width))

  readonly #passes = $derived.by(() => {
    const shelf = this.#shelf
    const found = this.#found
    return (row: ExperimentRow) => isOnShelf(row, shelf) && (found === undefined || found.has(row.experiment.id))
  })

  readonly table: ShownTable = $derived(
    this.#model.view({
      rows: this.all,
      columns: this.columns,
      layout: { ...this.state.layout, columns: this.shownColumns },
      passes: this.#passes,
      collapsed: this.state.collapsed,
    }),
  )

  /** Selected and in sight: a filter never leaves something selected that nobody sees. */
  readonly selectedRows: readonly ExperimentRow[] = $derived.by(() => {
    const { selected } = this.state
    return selected.size === 0 ? [] : this.table.experiments.filter(({ experiment }) => selected.has(experiment.id))
  })

  /** Of all rows that pass, in their order; those in folded groups are not shown and not among them. */
  get visibleIds(): readonly string[] {
    return [...this.#eachVisibleId()]
  }

  *#eachVisibleId(): Generator<string> {
    const { experiments, rowCount, slice } = this.table
    if (this.state.collapsed.size === 0) for (const { experiment } of experiments) yield experiment.id
    else for (const row of slice(0, rowCount)) if (row.type === 'experiment') yield row.key
  }

  get selectedIds(): readonly string[] {
    return this.selectedRows.map(({ experiment }) => experiment.id)
  }

  get isEverythingSelected(): boolean {
    return this.selectedRows.length > 0 && this.selectedRows.length === this.table.experiments.length
  }

  /** Completed compressions and baselines among the selected, as many as can be compared. */
  get comparableIds(): readonly string[] {
    return this.selectedRows
      .filter(({ experiment }) => isComparable(experiment))
      .map(({ experiment }) => experiment.id)
      .slice(0, comparedAtMost)
  }

  /** Of these, those that have run, as many as can be drawn over each other. */
  withCurves(ids: Iterable<string>): readonly string[] {
    const found: string[] = []
    for (const id of ids) {
      // Not a list of all that is cut: there may be thousands, and a press on a heading asks again.
      if (found.length === runsInChartsAtMost) break
      if (this.#studio.experiments.get(id)?.latestRun !== undefined) found.push(id)
    }
    return found
  }

  /** What the table shows and charts do not leave out. */
  get idsInCharts(): readonly string[] {
    return this.withCurves(this.#eachIdInCharts())
  }

  *#eachIdInCharts(): Generator<string> {
    for (const id of this.#eachVisibleId()) if (!this.state.hiddenInCharts.has(id)) yield id
  }

  /** Asks the store which experiments satisfy the filter, once nothing more is typed; returns what calls it off. */
  find(): () => void {
    if (!this.#parsed.ok) return () => {}
    const { filter } = this.#parsed
    if (filter === undefined) {
      this.#found = undefined
      return () => {}
    }
    const isTrashed = this.#shelf === 'trash'
    let isOvertaken = false
    const timer = setTimeout(async () => {
      const found = await this.#studio.act(experimentsTexts.findFailure, 'experiments.find', { filter, isTrashed })
      if (found !== undefined && !isOvertaken) this.#found = new Set(found.value.ids)
    }, typingPauseMs)
    return () => {
      isOvertaken = true
      clearTimeout(timer)
    }
  }

  /** Asks the store for the values that the columns shown, sorted and grouped by have and lists do not carry. */
  readValues(): void {
    const { sorting, grouping } = this.state.layout
    const fields = storedFields([...this.shownColumns, ...sorting.map(({ id }) => id), ...grouping])
    if (fields.length > 0) void this.#studio.values.want(this.list.value ?? [], fields)
  }

  /** As many of the usual columns as there is room for, as wide as they are by themselves. */
  showUsualColumns(): void {
    const { columns: _chosen, ...layout } = this.state.layout
    this.state.layout = { ...layout, widths: {} }
  }

  isSelected(id: string): boolean {
    return this.state.selected.has(id)
  }

  selectAll(areSelected: boolean): void {
    this.state.select(
      this.table.experiments.map(({ experiment }) => experiment.id),
      areSelected,
    )
  }

  /** Selects what lies between the row where a range began and the row with this key, and nothing else. */
  selectRangeTo(key: string): void {
    const from = this.table.indexOf(this.state.anchorKey) ?? this.table.indexOf(key)
    const to = this.table.indexOf(key)
    if (from === undefined || to === undefined) return
    const rows = this.table.slice(Math.min(from, to), Math.max(from, to) + 1)
    this.state.selected = new Set(rows.flatMap((row) => (row.type === 'group' ? [] : [row.key])))
  }

  async update(ids: readonly string[], change: ExperimentChange): Promise<void> {
    await changeExperiments(
      this.#studio,
      ids.map((id) => ({ id, change })),
    )
  }

  async archive(ids: readonly string[], isArchived: boolean): Promise<void> {
    await archiveExperiments(this.#studio, ids, isArchived)
  }

  /** To the trash; what lies there already is asked about first, since nothing brings it back. */
  async remove(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    if (this.#shelf === 'trash') this.idsToDelete = ids
    else if (await trashExperiments(this.#studio, ids)) this.state.select(ids, false)
  }

  async restore(ids: readonly string[]): Promise<void> {
    await restoreExperiments(this.#studio, ids)
    this.state.select(ids, false)
  }

  async deleteForever(ids: readonly string[]): Promise<void> {
    const deleted = await this.#studio.act(experimentsTexts.removeFailure, 'experiments.delete-forever', {
      ids: [...ids],
    })
    if (deleted === undefined) return
    this.state.select(ids, false)
    this.#studio.toasts.succeed(experimentsTexts.removed(formatAmount(ids.length, 'experiment')))
  }
}

export function isComparable({ status, plan }: ExperimentSummary): boolean {
  return status === 'completed' && plan !== undefined && familyOf(plan).packageFormat !== undefined
}
