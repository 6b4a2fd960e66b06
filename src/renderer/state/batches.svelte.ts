import type { BatchRecord } from '#shared/protocol/commands/batches.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { ask } from './client.ts'
import type { WindowExperiments } from './experiments.svelte.ts'
import { Resource } from './resource.svelte.ts'

/** The batches of the store, kept current by its announcements. Their members are those that the experiments name. */
export class WindowBatches {
  readonly list: Resource<readonly BatchRecord[]>
  readonly #experiments: WindowExperiments
  readonly #unsubscribe: () => void

  constructor(api: StudioApi, experiments: WindowExperiments) {
    this.list = new Resource(() => ask(api, 'batches.list', {}))
    this.#experiments = experiments
    this.#unsubscribe = api.on('batches-changed', ({ batches }) => this.list.set(batches))
  }

  readonly #members: ReadonlyMap<string, readonly ExperimentSummary[]> = $derived.by(() => {
    const found = new Map<string, ExperimentSummary[]>()
    for (const experiment of this.#experiments.list.value ?? []) {
      if (experiment.batchId === undefined) continue
      const members = found.get(experiment.batchId)
      if (members === undefined) found.set(experiment.batchId, [experiment])
      else members.push(experiment)
    }
    return found
  })

  get(id: string | undefined): BatchRecord | undefined {
    return this.list.value?.find((batch) => batch.id === id)
  }

  /** Its experiments, newest first, with the progress of those that run. */
  membersOf(id: string): readonly ExperimentSummary[] {
    return (this.#members.get(id) ?? []).map((member) => {
      const latestRun = this.#experiments.runOf(member)
      return latestRun === undefined ? member : { ...member, latestRun }
    })
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
