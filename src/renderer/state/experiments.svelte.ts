import type { StudioApi } from '#shared/contract.ts'
import type { ExperimentRecord, RunRecord } from '#shared/records.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** All experiments of the store, kept current by its announcements. */
export class Experiments {
  readonly list: Resource<readonly ExperimentRecord[]>
  /** Runs under way, newer than in the list: the list itself does not change four times a second. */
  #live = $state.raw<ReadonlyMap<string, RunRecord>>(new Map())
  readonly #unsubscribe: readonly (() => void)[]

  constructor(api: StudioApi) {
    this.list = new Resource(() => ask(api, 'experiments.list', {}))
    this.#unsubscribe = [
      api.on('experiment-changed', (experiment) => this.put(experiment)),
      api.on('experiments-removed', ({ ids }) => this.#remove(ids)),
      api.on('run-metrics', ({ run }) => {
        this.#live = new Map(this.#live).set(run.experimentId, run)
      }),
    ]
  }

  get(id: string | undefined): ExperimentRecord | undefined {
    return this.list.value?.find((experiment) => experiment.id === id)
  }

  /** The experiment whose latest run is `runId`. */
  ofLatestRun(runId: string): ExperimentRecord | undefined {
    return this.list.value?.find(({ latestRun }) => latestRun?.id === runId)
  }

  /** The latest run of an experiment with its newest progress. */
  runOf(experiment: ExperimentRecord): RunRecord | undefined {
    const live = this.#live.get(experiment.id)
    return live !== undefined && live.id === experiment.latestRun?.id ? live : experiment.latestRun
  }

  /** Replaces or adds one; also for answers that are newer than the announcement. */
  put(experiment: ExperimentRecord): void {
    if (experiment.status !== 'running' && this.#live.has(experiment.id)) {
      this.#live = new Map([...this.#live].filter(([id]) => id !== experiment.id))
    }
    const known = this.list.value
    if (known === undefined) return
    const index = known.findIndex(({ id }) => id === experiment.id)
    this.list.set(index === -1 ? [experiment, ...known] : known.with(index, experiment))
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #remove(ids: readonly string[]): void {
    const removed = new Set(ids)
    const known = this.list.value
    if (known !== undefined) this.list.set(known.filter(({ id }) => !removed.has(id)))
  }
}
