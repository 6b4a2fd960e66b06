import type { StudioApi } from '#shared/protocol/contract.ts'
import type { ExperimentSummary, RunSummary } from '#shared/experiment/experiment-summary.ts'
import { ok } from '#shared/basics/result.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** Summaries of all experiments of the store, kept current by its announcements. */
export class WindowExperiments {
  readonly list: Resource<readonly ExperimentSummary[]>
  /** Runs under way, newer than in the list: the list itself does not change with every step. */
  #live = $state.raw<ReadonlyMap<string, RunSummary>>(new Map())
  readonly #changed = new Map<string, ExperimentSummary>()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(api: StudioApi) {
    this.list = new Resource(async () => {
      const answer = await ask(api, 'experiments.list', {})
      return answer.ok ? ok(answer.value.items) : answer
    })
    this.#unsubscribe = [
      api.on('experiment-changed', (experiment) => this.put(experiment)),
      api.on('experiments-removed', ({ ids }) => this.#remove(ids)),
      api.on('run-metrics', ({ run }) => this.#follow(run.experimentId, run)),
    ]
  }

  readonly #byId: ReadonlyMap<string, ExperimentSummary> = $derived.by(
    () => new Map((this.list.value ?? []).map((experiment) => [experiment.id, experiment])),
  )

  get(id: string | undefined): ExperimentSummary | undefined {
    return id === undefined ? undefined : this.#byId.get(id)
  }

  /** The experiment whose latest run is `runId`. */
  ofLatestRun(runId: string): ExperimentSummary | undefined {
    return this.list.value?.find(({ latestRun }) => latestRun?.id === runId)
  }

  /** The latest run of an experiment with its newest progress. */
  runOf(experiment: ExperimentSummary): RunSummary | undefined {
    const live = this.#live.get(experiment.id)
    return live !== undefined && live.id === experiment.latestRun?.id ? live : experiment.latestRun
  }

  /** Replaces or adds one; also for answers that are newer than the announcement. Those of one moment change the list once. */
  put(experiment: ExperimentSummary): void {
    if (this.#changed.size === 0) queueMicrotask(() => this.#applyChanges())
    this.#changed.set(experiment.id, experiment)
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #applyChanges(): void {
    const changed = new Map(this.#changed)
    this.#changed.clear()
    const list = this.list.value
    if (list === undefined) return
    const added: ExperimentSummary[] = []
    for (const [id, experiment] of changed) {
      const known = this.get(id)
      if (known === undefined) added.unshift(experiment)
      else if (experiment.latestRun !== undefined && isProgressOnly(known, experiment)) {
        this.#follow(id, experiment.latestRun)
        changed.delete(id)
      }
    }
    if (changed.size === 0) return
    const isOver = ([id]: readonly [string, RunSummary]): boolean =>
      (changed.get(id)?.status ?? 'running') !== 'running'
    if ([...this.#live].some(isOver)) this.#live = new Map([...this.#live].filter((entry) => !isOver(entry)))
    this.list.set([...added, ...list.map((experiment) => changed.get(experiment.id) ?? experiment)])
  }

  #follow(id: string, run: RunSummary): void {
    this.#live = new Map(this.#live).set(id, run)
  }

  #remove(ids: readonly string[]): void {
    const removed = new Set(ids)
    // A change announced just before it must not bring it back.
    for (const id of removed) this.#changed.delete(id)
    const known = this.list.value
    if (known !== undefined) this.list.set(known.filter(({ id }) => !removed.has(id)))
  }
}

/** Whether the run went on and nothing else happened: what is sorted and filtered stays as it is. */
function isProgressOnly(before: ExperimentSummary, after: ExperimentSummary): boolean {
  return (
    before.updatedAt === after.updatedAt &&
    before.status === after.status &&
    before.latestRun?.id === after.latestRun?.id &&
    before.latestRun?.status === after.latestRun?.status
  )
}
