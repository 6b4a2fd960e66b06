import { SvelteMap } from 'svelte/reactivity'
import type { CheckStep } from '#shared/cluster/check-step.ts'
import type { ClusterQuestion, ClusterRecord } from '#shared/protocol/commands/clusters.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The clusters that experiments can run on, their checks, and what ssh asks. */
export class WindowClusters {
  readonly list: Resource<readonly ClusterRecord[]>
  /** By cluster, the steps of its latest check in this window. */
  readonly checks = new SvelteMap<string, readonly CheckStep[]>()
  #questions = $state.raw<readonly ClusterQuestion[]>([])
  readonly #unsubscribe: readonly (() => void)[]

  constructor(api: StudioApi) {
    this.list = new Resource(() => ask(api, 'clusters.list', {}))
    this.#unsubscribe = [
      api.on('clusters-changed', ({ clusters }) => this.list.set(clusters)),
      api.on('cluster-checked', ({ name, steps }) => this.checks.set(name, steps)),
      api.on('cluster-asked', (question) => (this.#questions = [...this.#questions, question])),
      api.on('cluster-question-ended', (ended) => this.forget(ended.questionId)),
    ]
  }

  /** The first that waits for an answer. */
  get question(): ClusterQuestion | undefined {
    return this.#questions[0]
  }

  forget(questionId: string): void {
    this.#questions = this.#questions.filter((question) => question.questionId !== questionId)
  }

  dispose(): void {
    this.#unsubscribe.forEach((end) => end())
  }
}
