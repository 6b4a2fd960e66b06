import { AppException } from '#shared/basics/result.ts'
import type { ExecutorChoice, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from './studio-context.ts'
import { cancelledTask, runSingleJob, type ResultOf } from '../trainer-host/single-job.ts'

export interface TaskReport {
  progress(title: string, done: number, total: number): void
  /** Calls `stop` when the user cancels; returns the function that forgets it. */
  onCancel(stop: () => void): () => void
}

interface RunningTask {
  isCancelled: boolean
  readonly stops: Set<() => void>
}

/** Short work beside the queue: imports, evaluations, probes. One at a time, each in a process of its own. */
export class Tasks {
  readonly #context: StudioContext
  readonly #running = new Map<string, RunningTask>()
  #tail: Promise<unknown> = Promise.resolve()

  constructor(context: StudioContext) {
    this.#context = context
  }

  /** Runs `work` when its turn comes. Errors: `already-exists` for an id in use, `cancelled`, and those of `work`. */
  async run<T>(taskId: string, work: (report: TaskReport) => Promise<T>): Promise<T> {
    if (this.#running.has(taskId)) {
      throw new AppException({ code: 'already-exists', message: `A task ${taskId} is running.` })
    }
    const task: RunningTask = { isCancelled: false, stops: new Set() }
    this.#running.set(taskId, task)
    const report: TaskReport = {
      progress: (title, done, total) => this.#context.events.emit('task-progress', { taskId, title, done, total }),
      onCancel(stop) {
        if (task.isCancelled) throw cancelledTask()
        task.stops.add(stop)
        return () => task.stops.delete(stop)
      },
    }
    const turn = this.#tail.then(async () => {
      if (task.isCancelled) throw cancelledTask()
      return work(report)
    })
    // The next task does not care how this one ends.
    this.#tail = turn.catch(() => {})
    try {
      return await turn
    } finally {
      this.#running.delete(taskId)
    }
  }

  /** Does nothing when the task has ended. */
  cancel(taskId: string): void {
    const task = this.#running.get(taskId)
    if (task === undefined) return
    task.isCancelled = true
    task.stops.forEach((stop) => stop())
  }

  async close(): Promise<void> {
    for (const taskId of this.#running.keys()) this.cancel(taskId)
    await this.#tail
  }

  /**
   * Runs one job in a trainer process and gives its result with the device it ran on. A process that dies is not
   * started again. Errors: the job's own, `trainer-gone`, `cancelled`.
   */
  async runJob<J extends TrainerJob>(
    report: TaskReport,
    job: J,
    executor: ExecutorChoice = this.#context.executor(),
  ): Promise<{ readonly result: ResultOf<J['kind']>; readonly device: string }> {
    const { createHost, clock, limits, log } = this.#context
    let device = ''
    const result = await runSingleJob({
      job,
      executor,
      listener: {
        onMessage(message) {
          if (message.type === 'phase') report.progress(message.phase, message.done, message.total)
          if (message.type === 'started') device = message.device
          if (message.type === 'log') log('tasks', message.level, `${job.kind}: ${message.text}`)
        },
        onNotice: (level, text) => log('tasks', level, `${job.kind}: ${text}`),
      },
      createHost,
      clock,
      limits,
      onCancel: (stop) => report.onCancel(stop),
    })
    return { result, device }
  }
}
