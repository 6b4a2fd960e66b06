import type { AppError, Result } from '#shared/basics/result.ts'
import type { WindowTasks } from './tasks.svelte.ts'

/** A question that takes a task to answer and may be asked again meanwhile: the last one counts. */
export class LatestTask<T> {
  readonly #tasks: WindowTasks
  #value = $state.raw<T>()
  #error = $state.raw<AppError>()
  #taskId = $state<string>()

  constructor(tasks: WindowTasks) {
    this.#tasks = tasks
  }

  /** The last answer that came, also while it is asked again. */
  get value(): T | undefined {
    return this.#value
  }

  /** Why the last question has no answer. */
  get error(): AppError | undefined {
    return this.#error
  }

  /** Of the question that is being answered. */
  get taskId(): string | undefined {
    return this.#taskId
  }

  /** The answer of the last question; undefined while there is none. */
  get current(): T | undefined {
    return this.#taskId === undefined && this.#error === undefined ? this.#value : undefined
  }

  /** @param title of the task, for people. Stops the question before. */
  async ask(title: string, start: (taskId: string) => Promise<Result<T>>): Promise<void> {
    this.stop()
    this.#error = undefined
    let own: string | undefined
    const result = await this.#tasks.run(title, start, (taskId) => {
      own = taskId
      this.#taskId = taskId
    })
    if (this.#taskId !== own) return
    this.#taskId = undefined
    if (result.ok) this.#value = result.value
    else this.#error = result.error
  }

  /** As before the first question. */
  clear(): void {
    this.stop()
    this.#value = undefined
    this.#error = undefined
  }

  /** Ends a question that nobody waits for any more. */
  stop(): void {
    const running = this.#taskId
    this.#taskId = undefined
    if (running !== undefined) void this.#tasks.cancel(running)
  }
}
