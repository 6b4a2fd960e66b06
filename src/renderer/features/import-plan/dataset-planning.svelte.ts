import type { DatasetPlan } from '#shared/dataset-plan.ts'
import type { ImportSplit } from '#shared/records.ts'
import type { AppError } from '#shared/result.ts'
import type { Studio } from '../../state/studio.svelte.ts'

/** What an import would make of a data set: asked for again whenever what matters changes, the last question counts. */
export class DatasetPlanning {
  readonly #studio: Pick<Studio, 'ask' | 'tasks'>
  #plan = $state.raw<DatasetPlan>()
  #error = $state.raw<AppError>()
  #taskId = $state<string>()
  /** Whether somebody wants the set with all that is odd about it. */
  isAccepted = $state(false)

  constructor(studio: Pick<Studio, 'ask' | 'tasks'>) {
    this.#studio = studio
  }

  /** The last one that came; while another is being made, of the choices before. */
  get plan(): DatasetPlan | undefined {
    return this.#plan
  }

  /** Why there is none. */
  get error(): AppError | undefined {
    return this.#error
  }

  /** The task that makes the plan, while it does. */
  get taskId(): string | undefined {
    return this.#taskId
  }

  /** Whether the import may start: the plan is there, and what is odd about it is accepted. */
  get isReady(): boolean {
    if (this.#plan === undefined || this.#taskId !== undefined) return false
    return this.#plan.oddities.length === 0 || this.isAccepted
  }

  async look(file: string, fileName: string, split: ImportSplit): Promise<void> {
    this.cancel()
    this.#error = undefined
    this.isAccepted = false
    let own: string | undefined
    const result = await this.#studio.tasks.run(
      `Looking at ${fileName}`,
      (taskId) => this.#studio.ask('datasets.plan', { taskId, file, split }),
      (taskId) => {
        own = taskId
        this.#taskId = taskId
      },
    )
    // Another question was asked meanwhile, or nobody wants to know any more.
    if (this.#taskId !== own) return
    this.#taskId = undefined
    this.#plan = result.ok ? result.value : undefined
    this.#error = result.ok ? undefined : result.error
  }

  /** Stops what is being made. */
  cancel(): void {
    if (this.#taskId !== undefined) void this.#studio.tasks.cancel(this.#taskId)
    this.#taskId = undefined
  }
}
