import type { QueueState, StudioApi } from '#shared/contract.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The queue as the store last announced it; progress of running experiments arrives with their metrics. */
export class Queue {
  readonly state: Resource<QueueState>
  readonly #unsubscribe: readonly (() => void)[]

  constructor(api: StudioApi) {
    this.state = new Resource(() => ask(api, 'queue.list', {}))
    this.#unsubscribe = [
      api.on('queue-changed', (state) => this.state.set(state)),
      api.on('run-metrics', ({ run }) => {
        const state = this.state.value
        if (state === undefined || !state.running.some(({ id }) => id === run.experimentId)) return
        this.state.set({
          ...state,
          running: state.running.map((item) => (item.id === run.experimentId ? { ...item, latestRun: run } : item)),
        })
      }),
    ]
  }

  get waitingCount(): number {
    return this.state.value?.waiting.length ?? 0
  }

  get runningCount(): number {
    return this.state.value?.running.length ?? 0
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }
}
