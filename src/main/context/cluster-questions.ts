import type { StudioEvents } from '#shared/protocol/events.ts'
import type { Emitter } from '../basics/emitter.ts'
import { newId } from '../basics/new-id.ts'

interface OpenQuestion {
  readonly cluster: string
  readonly prompt: string
  readonly resolve: (answer: string | undefined) => void
}

/** What ssh asks while a person connects to a cluster. An answer is passed on and kept nowhere. */
export class ClusterQuestions {
  readonly #events: Emitter<StudioEvents>
  readonly #open = new Map<string, OpenQuestion>()
  /** Prompts that were answered while connecting, by cluster; no answer is kept. */
  readonly #answered = new Map<string, Set<string>>()

  constructor(events: Emitter<StudioEvents>) {
    this.#events = events
  }

  /** Resolves with what the person typed; undefined when it is left unanswered. */
  ask(cluster: string, prompt: string): Promise<string | undefined> {
    const questionId = newId('ask')
    const asked = new Promise<string | undefined>((resolve) => this.#open.set(questionId, { cluster, prompt, resolve }))
    const isAgain = this.#answered.get(cluster)?.has(prompt) ?? false
    this.#events.emit('cluster-asked', { questionId, cluster, prompt, isAgain })
    return asked
  }

  /** One that has ended meanwhile needs no answer. */
  answer(questionId: string, answer: string | undefined): void {
    const question = this.#open.get(questionId)
    if (question === undefined) return
    this.#open.delete(questionId)
    const { cluster, prompt } = question
    if (answer !== undefined) this.#answered.set(cluster, (this.#answered.get(cluster) ?? new Set()).add(prompt))
    question.resolve(answer)
    this.#events.emit('cluster-question-ended', { questionId })
  }

  /** Leaves unanswered what is still open of a cluster. */
  endOf(cluster: string): void {
    for (const [questionId, question] of this.#open)
      if (question.cluster === cluster) this.answer(questionId, undefined)
    this.#answered.delete(cluster)
  }
}
