import type { FoundCandidates } from '#shared/forecast/found-candidates.ts'
import type { KnobCandidate } from '#shared/forecast/choose-candidates.ts'
import type { SearchRecord } from '#shared/forecast/search.ts'
import type { NetworkChoice } from '#shared/protocol/commands/compressed-files.ts'
import type { DatasetRecord } from '#shared/protocol/records.ts'
import type { Result } from '#shared/basics/result.ts'
import { LatestTask } from '../../state/latest-task.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { readLimits, type ReadLimits } from './limits-form.ts'
import { knobTexts } from './texts.ts'

type Parts = Pick<WindowStudio, 'ask' | 'act' | 'tasks' | 'library' | 'router' | 'toasts' | 'searches'>

/** The network that the knob is turned for. */
export interface KnobSubject {
  readonly network: NetworkChoice
  readonly classes: number
  /** In the library; undefined while it is only a file. */
  readonly networkId: string | undefined
  /** Takes it into the library where it is not there yet: experiments need it there. */
  stored(): Promise<Result<{ readonly id: string }>>
}

/** Limits, the candidates within them, and the search among these. */
export class Knob {
  readonly #studio: Parts
  readonly #subject: () => KnobSubject
  readonly finding: LatestTask<FoundCandidates>
  readonly starting: LatestTask<SearchRecord>
  points = $state('0.5')
  kibibytes = $state('')
  #chosenDatasetId = $state<string>()

  /** @param subject read whenever it is asked for: a file may be taken into the library meanwhile */
  constructor(studio: Parts, subject: () => KnobSubject) {
    this.#studio = studio
    this.#subject = subject
    this.finding = new LatestTask(studio.tasks)
    this.starting = new LatestTask(studio.tasks)
  }

  get read(): ReadLimits {
    return readLimits({ points: this.points, kibibytes: this.kibibytes })
  }

  /** Whether the candidates shown answer the limits that are typed. */
  get isCurrent(): boolean {
    const { limits } = this.read
    const found = this.finding.current?.limits
    return found !== undefined && found.points === limits?.points && found.bytes === limits?.bytes
  }

  /** Data sets that a run can be measured on. */
  get datasets(): readonly DatasetRecord[] {
    const { classes } = this.#subject()
    const all = this.#studio.library.datasets.value ?? []
    return all.filter(({ classNames, counts }) => classNames.length === classes && counts.validation > 0)
  }

  get dataset(): DatasetRecord | undefined {
    return this.datasets.find(({ id }) => id === this.#chosenDatasetId) ?? this.datasets[0]
  }

  chooseDataset(id: string): void {
    this.#chosenDatasetId = id
  }

  /** The last search of this network. */
  get search(): SearchRecord | undefined {
    return this.#studio.searches.ofNetwork(this.#subject().networkId)
  }

  /** Whether the network may have been trained on the images that decide. */
  get mayKnowValidation(): boolean {
    const { networkId } = this.#subject()
    return networkId !== undefined && this.#studio.library.network(networkId)?.origin.kind === 'imported'
  }

  async find(): Promise<void> {
    const { limits } = this.read
    if (limits === undefined) return
    const datasetId = this.dataset?.id
    await this.finding.ask(knobTexts.finding, (taskId) =>
      this.#studio.ask('candidates.find', {
        taskId,
        network: this.#subject().network,
        ...(datasetId === undefined ? {} : { datasetId }),
        limits,
      }),
    )
  }

  async startSearch(): Promise<void> {
    const { limits } = this.read
    const datasetId = this.dataset?.id
    if (limits === undefined || datasetId === undefined) return
    const network = await this.#subject().stored()
    if (!network.ok) {
      this.#studio.toasts.fail(knobTexts.searchFailure, network.error)
      return
    }
    await this.starting.ask(knobTexts.searchStart, (taskId) =>
      this.#studio.ask('candidates.search', { taskId, networkId: network.value.id, datasetId, limits }),
    )
    const { error } = this.starting
    if (error !== undefined && error.code !== 'cancelled') this.#studio.toasts.fail(knobTexts.searchFailure, error)
  }

  async cancelSearch(id: string): Promise<void> {
    await this.#studio.act(knobTexts.cancelFailure, 'candidates.cancel-search', { id })
  }

  /** One candidate as an experiment, without a search. */
  async queue({ config }: KnobCandidate): Promise<void> {
    const datasetId = this.dataset?.id
    if (datasetId === undefined) return
    const network = await this.#subject().stored()
    if (!network.ok) {
      this.#studio.toasts.fail(knobTexts.queueFailure, network.error)
      return
    }
    const created = await this.#studio.act(knobTexts.queueFailure, 'experiments.create', {
      config,
      networkId: network.value.id,
      datasetId,
      enqueue: true,
    })
    if (created !== undefined) this.#studio.router.open({ name: 'run', experimentId: created.value.id })
  }

  /** Ends what is under way: the page was left. A search goes on. */
  dispose(): void {
    this.finding.stop()
    this.starting.stop()
  }
}
