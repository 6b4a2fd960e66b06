import { comparedAtMost } from '#shared/protocol/contract.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatAmount } from '../../format/format.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import {
  experimentRows,
  filterRows,
  sortRows,
  type ExperimentRow,
  type RowFilter,
  type RowOrder,
  type SortKey,
} from './experiment-rows.ts'
import { experimentsTexts } from './texts.ts'

const typingPauseMs = 100

/** What the table shows and what is selected in it. */
export class ExperimentsView {
  readonly #studio: WindowStudio
  text = $state('')
  filter = $state.raw<RowFilter>({ status: 'all', showsArchived: false, isStarredOnly: false })
  order = $state.raw<RowOrder>({ key: 'createdAt', isDescending: true })
  /** Ids of those whose words match; undefined where nothing is typed. The store answers, which knows the notes too. */
  #found = $state.raw<ReadonlySet<string>>()
  #selected = $state.raw<ReadonlySet<string>>(new Set())

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  readonly all: readonly ExperimentRow[] = $derived.by(() => {
    const { experiments, library } = this.#studio
    return experimentRows(experiments.list.value ?? [], library.networks.value ?? [], library.datasets.value ?? [])
  })

  readonly rows: readonly ExperimentRow[] = $derived(
    sortRows(filterRows(this.all, this.filter, this.#found), this.order),
  )

  /** Selected and in sight: a filter never leaves something selected that nobody sees. */
  readonly selectedRows: readonly ExperimentRow[] = $derived(
    this.rows.filter(({ experiment }) => this.#selected.has(experiment.id)),
  )

  get selectedIds(): readonly string[] {
    return this.selectedRows.map(({ experiment }) => experiment.id)
  }

  get isEverythingSelected(): boolean {
    return this.rows.length > 0 && this.selectedRows.length === this.rows.length
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
      const found = await this.#studio.act(experimentsTexts.findFailure, 'experiments.find', { text })
      if (found !== undefined && !isOvertaken) this.#found = new Set(found.value)
    }, typingPauseMs)
    return () => {
      isOvertaken = true
      clearTimeout(timer)
    }
  }

  isSelected(id: string): boolean {
    return this.#selected.has(id)
  }

  select(ids: readonly string[], isSelected: boolean): void {
    const next = new Set(this.#selected)
    for (const id of ids) {
      if (isSelected) next.add(id)
      else next.delete(id)
    }
    this.#selected = next
  }

  clearSelection(): void {
    this.#selected = new Set()
  }

  sortBy(key: SortKey): void {
    const isSame = this.order.key === key
    // Numbers are most often wanted from the largest, names from the start.
    const first = key !== 'name' && key !== 'status' && key !== 'network' && key !== 'dataset'
    this.order = { key, isDescending: isSame ? !this.order.isDescending : first }
  }

  async update(
    ids: readonly string[],
    change: { readonly isStarred?: boolean; readonly isArchived?: boolean },
  ): Promise<void> {
    for (const id of ids) {
      const updated = await this.#studio.act(experimentsTexts.changeFailure, 'experiments.update', { id, ...change })
      if (updated === undefined) return
      this.#studio.experiments.put(updated.value)
    }
  }

  async remove(ids: readonly string[]): Promise<void> {
    const removed = await this.#studio.act(experimentsTexts.removeFailure, 'experiments.remove', { ids: [...ids] })
    if (removed === undefined) return
    this.clearSelection()
    this.#studio.toasts.succeed(experimentsTexts.removed(formatAmount(ids.length, 'experiment')))
  }
}

function isComparable({ status, plan }: ExperimentSummary): boolean {
  return status === 'completed' && plan !== undefined && familyOf(plan).packageFormat !== undefined
}
