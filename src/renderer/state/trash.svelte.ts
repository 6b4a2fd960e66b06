import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ok } from '#shared/basics/result.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The experiments in the trash. They are read when somebody looks at them, and kept current from then on. */
export class WindowTrash {
  readonly list: Resource<readonly ExperimentSummary[]>
  readonly #unsubscribe: () => void

  constructor(api: StudioApi) {
    this.list = new Resource(async () => {
      const answer = await ask(api, 'experiments.list', { isTrashed: true })
      return answer.ok ? ok(answer.value.items) : answer
    })
    this.#unsubscribe = api.on('trash-changed', () => void this.list.load())
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
