import { setImmediate as nextTurn } from 'node:timers/promises'
import { scheduleQueue, type TimedRun } from '#shared/experiment/queue-schedule.ts'
import type { QueueTimes } from '#shared/protocol/commands/queue.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { continuesRun } from '../store/continues-run.ts'
import { problemOf } from '../store/json-column.ts'
import type { ExpectedTimes, PlannedWork } from './expected-times.ts'

/** Configurations that are read before others get their turn. */
const readAtOnce = 50

interface KnownWork {
  readonly updatedAt: string
  /** Absent for an experiment that cannot be read: it will not run. */
  readonly work?: PlannedWork
  readonly executor: ExecutorChoice | undefined
  /** Where it goes on from a checkpoint: what was left then. */
  readonly remainingSeconds: number | undefined
}

/** When which experiment of the queue begins and ends, as far as earlier runs on this machine tell. */
export class QueueForecast {
  readonly #context: StudioContext
  readonly #expectedTimes: ExpectedTimes
  /** What was read of the experiments that wait: ten thousand configurations take a while. */
  #known: ReadonlyMap<string, KnownWork> = new Map()

  constructor(context: StudioContext, expectedTimes: ExpectedTimes) {
    this.#context = context
    this.#expectedTimes = expectedTimes
  }

  /** @param first how many of the waiting are told one by one; all count */
  async times(first: number): Promise<QueueTimes> {
    const { store, places } = this.#context
    const { queue } = store.experiments
    // What is on a cluster takes no place here, and how long it waits there nobody knows.
    const running = queue.runningHere().map((id) => this.#running(id))
    const stamps = queue.waitingSince()
    const waiting: TimedRun[] = []
    const known = new Map<string, KnownWork>()
    for (const [index, { id, updatedAt }] of stamps.entries()) {
      const before = this.#known.get(id)
      const work = before?.updatedAt === updatedAt ? before : this.#read(id, updatedAt)
      known.set(id, work)
      waiting.push(await this.#waiting(work))
      if (index % readAtOnce === 0) await nextTurn()
    }
    this.#known = known
    const schedule = scheduleQueue(running, waiting, (device) => (device === 'cpu' ? places.count : 1))
    return {
      seconds: schedule.seconds,
      unknown: schedule.unknown,
      waiting: stamps.slice(0, first).map(({ id }, index) => ({
        id,
        seconds: waiting[index]?.seconds,
        startsIn: schedule.waiting[index]?.startsIn,
        endsIn: schedule.waiting[index]?.endsIn,
      })),
    }
  }

  #running(id: string): TimedRun {
    const { store } = this.#context
    const { latestRun } = store.experiments.summary(id)
    const { provider } = latestRun === undefined ? this.#context.executor() : store.runs.executorOf(latestRun.id)
    return { device: provider, seconds: latestRun?.remainingSeconds }
  }

  async #waiting({ work, executor = this.#context.executor(), remainingSeconds }: KnownWork): Promise<TimedRun> {
    const { provider: device } = executor
    if (remainingSeconds !== undefined) return { device, seconds: remainingSeconds }
    // It is set aside when its turn comes.
    if (work === undefined) return { device, seconds: 0 }
    return { device, seconds: await this.#expectedTimes.secondsOf(work, executor) }
  }

  #read(id: string, updatedAt: string): KnownWork {
    const { store } = this.#context
    let known: KnownWork | undefined
    problemOf(() => {
      const { config, networkId, datasetId, latestRun } = store.experiments.get(id)
      known = {
        updatedAt,
        work: { config, networkId, datasetId },
        executor: store.experiments.executorOf(id),
        remainingSeconds: continuesRun(latestRun) ? latestRun.remainingSeconds : undefined,
      }
    })
    return known ?? { updatedAt, executor: undefined, remainingSeconds: undefined }
  }
}
