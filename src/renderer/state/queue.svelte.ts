import type { QueueState } from '#shared/protocol/commands/queue.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { ask } from './client.ts'
import type { WindowExperiments } from './experiments.svelte.ts'
import { Resource } from './resource.svelte.ts'

/** The queue as the store last announced it. It names experiments; what they are, the list of experiments says. */
export class WindowQueue {
  readonly state: Resource<QueueState>
  /** What was taken out of the queue last and can be put back. */
  cleared: readonly string[] = $state.raw([])
  readonly #experiments: WindowExperiments
  readonly #unsubscribe: () => void

  constructor(api: StudioApi, experiments: WindowExperiments) {
    this.state = new Resource(() => ask(api, 'queue.list', {}))
    this.#experiments = experiments
    this.#unsubscribe = api.on('queue-changed', (state) => this.state.set(state))
  }

  readonly running: readonly ExperimentSummary[] = $derived.by(() => this.#known(this.state.value?.running))
  /** In the order in which they will run. */
  readonly waiting: readonly ExperimentSummary[] = $derived.by(() => this.#known(this.state.value?.waiting))
  readonly paused: readonly ExperimentSummary[] = $derived.by(() => this.#known(this.state.value?.paused))

  readonly #positions: ReadonlyMap<string, number> = $derived.by(
    () => new Map((this.state.value?.waiting ?? []).map((id, index) => [id, index + 1])),
  )

  /** Place among the waiting, from 1; undefined for one that does not wait. */
  positionOf(id: string): number | undefined {
    return this.#positions.get(id)
  }

  get waitingCount(): number {
    return this.state.value?.waiting.length ?? 0
  }

  get runningCount(): number {
    return this.state.value?.running.length ?? 0
  }

  dispose(): void {
    this.#unsubscribe()
  }

  #known(ids: readonly string[] = []): readonly ExperimentSummary[] {
    return ids.flatMap((id) => this.#experiments.get(id) ?? [])
  }
}
