import { comparedAtMost } from '#shared/protocol/contract.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatAmount } from '../../format/format.ts'
import type { ExperimentsTableState } from '../../state/experiments-table.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { ownColumns, usualColumns } from './columns.ts'
import { experimentRows, isOnShelf, type ExperimentRow } from './experiment-rows.ts'
import { TableModel, type TableView } from './table-model.ts'
import { experimentsTexts } from './texts.ts'

const typingPauseMs = 100

/** What the table shows and what can be done with the rows selected in it. */
export class ExperimentsView {
  readonly #studio: WindowStudio
  readonly #model = new TableModel()
  /** What somebody is asked about. */
  idsToRemove = $state.raw<readonly string[]>([])
  /** Of the table, in CSS pixels. */
  width = $state(1000)
  /** Ids of those whose words match; undefined where nothing is typed. The store answers, which knows the notes too. */
  #found = $state.raw<ReadonlySet<string>>()

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  /** Kept while other pages are open. */
  get state(): ExperimentsTableState {
    return this.#studio.table
  }

  readonly all: readonly ExperimentRow[] = $derived.by(() => {
    const { experiments, library } = this.#studio
    return experimentRows(experiments.list.value ?? [], library.networks.value ?? [], library.datasets.value ?? [])
  })

  readonly columns = ownColumns

  /** Ids of the columns that are shown, in their order. */
  readonly shownColumns: readonly string[] = $derived(this.state.layout.columns ?? usualColumns(this.width))

  readonly #passes = $derived.by(() => {
    const { shelf } = this.state.layout
    const found = this.#found
    return (row: ExperimentRow) => isOnShelf(row, shelf) && (found === undefined || found.has(row.experiment.id))
  })

  readonly table: TableView = $derived(
    this.#model.view({
      rows: this.all,
      columns: this.columns,
      layout: { ...this.state.layout, columns: this.shownColumns },
      passes: this.#passes,
      collapsed: this.state.collapsed,
    }),
  )

  /** Selected and in sight: a filter never leaves something selected that nobody sees. */
  readonly selectedRows: readonly ExperimentRow[] = $derived(
    this.table.experiments.filter(({ experiment }) => this.state.selected.has(experiment.id)),
  )

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

  /** Asks the store which experiments match the text, once nothing more is typed; returns what calls it off. */
  find(text: string): () => void {
    if (text.trim() === '') {
      this.#found = undefined
      return () => {}
    }
    let isOvertaken = false
    const timer = setTimeout(async () => {
      const found = await this.#studio.act(experimentsTexts.findFailure, 'experiments.find', {
        filter: { type: 'words', text },
      })
      if (found !== undefined && !isOvertaken) this.#found = new Set(found.value.ids)
    }, typingPauseMs)
    return () => {
      isOvertaken = true
      clearTimeout(timer)
    }
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

  async update(
    ids: readonly string[],
    change: { readonly name?: string; readonly isStarred?: boolean; readonly isArchived?: boolean },
  ): Promise<void> {
    for (const id of ids) {
      const updated = await this.#studio.act(experimentsTexts.changeFailure, 'experiments.update', { id, ...change })
      if (updated === undefined) return
      this.#studio.experiments.put(updated.value)
    }
  }

  /** Opens the question whether these are to be deleted. */
  askToRemove(ids: readonly string[]): void {
    if (ids.length > 0) this.idsToRemove = ids
  }

  async remove(ids: readonly string[]): Promise<void> {
    const removed = await this.#studio.act(experimentsTexts.removeFailure, 'experiments.trash', { ids: [...ids] })
    if (removed === undefined) return
    this.state.clearSelection()
    this.#studio.toasts.succeed(experimentsTexts.removed(formatAmount(ids.length, 'experiment')))
  }
}

export function isComparable({ status, plan }: ExperimentSummary): boolean {
  return status === 'completed' && plan !== undefined && familyOf(plan).packageFormat !== undefined
}
