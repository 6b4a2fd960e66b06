/**
 * What a run measures on its way: metric points, its rate, the time that is left and how far it is. Sent at most every
 * 250 ms.
 */
import type { MetricName } from '#shared/measures/metrics.ts'
import type { JobContext } from '../process/job-context.ts'
import type { TimeLeft } from '../steps/time-left.ts'

const intervalMs = 250
/** Weight of the newest interval in the moving rate. */
const smoothing = 0.2

/** What a step measured, by the names of shared/measures/metrics.ts. */
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>

interface Point {
  readonly name: MetricName
  readonly step: number
  readonly elapsedMs: number
  readonly value: number
}

export class RunMetrics {
  readonly time: TimeLeft
  readonly #context: JobContext
  readonly #startedMs: number
  /** Training time of earlier attempts. */
  readonly #earlierMs: number
  #points: Point[] = []
  #lastSentMs: number
  #lastSentStep: number
  #stepsPerSecond = 0
  #progress = 0

  constructor(context: JobContext, time: TimeLeft, step: number, earlierMs: number) {
    this.time = time
    this.#context = context
    this.#startedMs = context.now()
    this.#earlierMs = earlierMs
    this.#lastSentMs = this.#startedMs
    this.#lastSentStep = step
  }

  /** Training time over all attempts. */
  get elapsedMs(): number {
    return this.#earlierMs + this.attemptMs
  }

  /** Training time of this attempt. */
  get attemptMs(): number {
    return this.#context.now() - this.#startedMs
  }

  add(step: number, values: MetricValues): void {
    const elapsedMs = this.elapsedMs
    for (const [name, value] of entriesOf(values)) this.#points.push({ name, step, elapsedMs, value })
  }

  /** True when enough time has passed for another message; values that cost time are read only then. */
  get isDue(): boolean {
    return this.#context.now() - this.#lastSentMs >= intervalMs
  }

  send(step: number): void {
    const now = this.#context.now()
    const seconds = (now - this.#lastSentMs) / 1000
    if (seconds > 0 && step > this.#lastSentStep) {
      const rate = (step - this.#lastSentStep) / seconds
      this.#stepsPerSecond =
        this.#stepsPerSecond === 0 ? rate : this.#stepsPerSecond + smoothing * (rate - this.#stepsPerSecond)
      this.add(step, { 'steps-per-second': this.#stepsPerSecond })
    }
    const { remainingSeconds } = this.time
    this.#context.send({
      type: 'metrics',
      step,
      stepsPerSecond: this.#stepsPerSecond,
      ...(remainingSeconds === undefined ? {} : { remainingSeconds, progress: this.#progressAt(remainingSeconds) }),
      points: this.#points,
    })
    this.#points = []
    this.#lastSentMs = now
    this.#lastSentStep = step
  }

  /** Sends what is left when it is time to, for work that has no steps. */
  sendWhenDue(step: number): void {
    if (this.isDue) this.send(step)
  }

  /** Part of the expected time that has passed; an estimate that grows takes nothing back. */
  #progressAt(remainingSeconds: number): number {
    const elapsedSeconds = this.elapsedMs / 1000
    const share = elapsedSeconds / Math.max(Number.MIN_VALUE, elapsedSeconds + remainingSeconds)
    this.#progress = Math.max(this.#progress, Math.min(1, share))
    return this.#progress
  }
}

function entriesOf(values: MetricValues): readonly (readonly [MetricName, number])[] {
  // The keys of the type are all the keys there are: values are written where they are measured.
  return Object.entries(values) as [MetricName, number][]
}
