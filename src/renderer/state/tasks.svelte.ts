import type { StudioApi, TaskProgress } from '#shared/protocol/contract.ts'
import { ask } from './client.ts'

/** Long work outside the queue (imports, evaluations): its progress, and the way to stop it. */
export class WindowTasks {
  readonly #api: StudioApi
  readonly #unsubscribe: () => void
  #progress = $state.raw<ReadonlyMap<string, TaskProgress>>(new Map())
  #nextId = 1

  constructor(api: StudioApi) {
    this.#api = api
    this.#unsubscribe = api.on('task-progress', (progress) => {
      // Progress that arrives after the answer belongs to nothing any more.
      if (this.#progress.has(progress.taskId)) this.#update(progress)
    })
  }

  get running(): readonly TaskProgress[] {
    return [...this.#progress.values()]
  }

  get(taskId: string | undefined): TaskProgress | undefined {
    return taskId === undefined ? undefined : this.#progress.get(taskId)
  }

  /** Runs `work` under a new task id; the task is listed until the work settles. */
  async run<T>(title: string, work: (taskId: string) => Promise<T>, onStart?: (taskId: string) => void): Promise<T> {
    const taskId = `window-${crypto.randomUUID()}-${this.#nextId++}`
    this.#update({ taskId, title, done: 0, total: 0 })
    onStart?.(taskId)
    try {
      return await work(taskId)
    } finally {
      const rest = new Map(this.#progress)
      rest.delete(taskId)
      this.#progress = rest
    }
  }

  async cancel(taskId: string): Promise<void> {
    await ask(this.#api, 'tasks.cancel', { taskId })
  }

  dispose(): void {
    this.#unsubscribe()
  }

  #update(progress: TaskProgress): void {
    this.#progress = new Map(this.#progress).set(progress.taskId, progress)
  }
}
