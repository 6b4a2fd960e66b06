import type { StudioApi } from '#shared/protocol/contract.ts'
import type { TaskProgress } from '#shared/protocol/events.ts'
import { ask } from './client.ts'
import { paceStart, secondsLeft, type PaceStart } from './task-pace.ts'

/** How far a task is, and how long it still takes as far as its pace tells. */
export interface ShownProgress extends TaskProgress {
  readonly secondsLeft?: number
}

/** Long work outside the queue (imports, evaluations): its progress, and the way to stop it. */
export class WindowTasks {
  readonly #api: StudioApi
  readonly #unsubscribe: () => void
  readonly #nowMs: () => number
  readonly #paces = new Map<string, PaceStart>()
  #progress = $state.raw<ReadonlyMap<string, ShownProgress>>(new Map())
  #nextId = 1

  /** @param nowMs milliseconds from any start */
  constructor(api: StudioApi, nowMs: () => number = () => performance.now()) {
    this.#api = api
    this.#nowMs = nowMs
    this.#unsubscribe = api.on('task-progress', (progress) => {
      // Progress that arrives after the answer belongs to nothing any more.
      if (this.#progress.has(progress.taskId)) this.#update(progress)
    })
  }

  get running(): readonly ShownProgress[] {
    return [...this.#progress.values()]
  }

  get(taskId: string | undefined): ShownProgress | undefined {
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
      this.#paces.delete(taskId)
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
    const { taskId } = progress
    const nowMs = this.#nowMs()
    const pace = paceStart(this.#paces.get(taskId), progress, nowMs)
    if (pace !== undefined) this.#paces.set(taskId, pace)
    const left = secondsLeft(pace, progress, nowMs)
    const shown = left === undefined ? progress : { ...progress, secondsLeft: left }
    this.#progress = new Map(this.#progress).set(taskId, shown)
  }
}
