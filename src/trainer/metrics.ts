/** Collects metric points and sends them at most every 250 ms, with the measured rate and what is left. */
import type { MetricName } from '#shared/metrics.ts'
import type { JobContext } from './job-context.ts'

const intervalMs = 250
/** Weight of the newest interval in the moving rate. */
const smoothing = 0.2

/** What a step measured, by the names of shared/metrics.ts. */
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>

interface Point {
  readonly name: MetricName
  readonly step: number
  readonly elapsedMs: number
  readonly value: number
}

export class Metrics {
  readonly #context: JobContext
  readonly #totalSteps: number
  readonly #startedMs: number
  /** Training time of earlier attempts. */
  readonly #earlierMs: number
  #points: Point[] = []
  #lastSentMs: number
  #lastSentStep: number
  #stepsPerSecond = 0

  constructor(context: JobContext, totalSteps: number, step: number, earlierMs: number) {
    this.#context = context
    this.#totalSteps = totalSteps
    this.#startedMs = context.now()
    this.#earlierMs = earlierMs
    this.#lastSentMs = this.#startedMs
    this.#lastSentStep = step
  }

  /** Training time over all attempts. */
  get elapsedMs(): number {
    return this.#earlierMs + this.#context.now() - this.#startedMs
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
    }
    if (this.#stepsPerSecond > 0) this.add(step, { 'steps-per-second': this.#stepsPerSecond })
    const left = this.#totalSteps - step
    this.#context.send({
      type: 'metrics',
      step,
      stepsPerSecond: this.#stepsPerSecond,
      remainingSeconds: this.#stepsPerSecond === 0 ? 0 : left / this.#stepsPerSecond,
      points: this.#points,
    })
    this.#points = []
    this.#lastSentMs = now
    this.#lastSentStep = step
  }
}

function entriesOf(values: MetricValues): readonly (readonly [MetricName, number])[] {
  // The keys of the type are all the keys there are: values are written where they are measured.
  return Object.entries(values) as [MetricName, number][]
}
