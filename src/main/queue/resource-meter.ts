import type { MetricName } from '#shared/measures/metrics.ts'
import type { MetricPoint } from '#shared/protocol/records.ts'
import type { GraphicsReading } from './graphics-watch.ts'
import type { TrainerEvent } from '../trainer-host/supervisor.ts'

/**
 * Turns heartbeats into the metrics `memory.rss-bytes` and `cpu.percent` (100 = one processor fully busy), and puts what was
 * read of the graphics card beside them.
 */
export class ResourceMeter {
  /** Training time of the points: heartbeats do not carry it, the metrics between them do. */
  elapsedMs = 0
  /** The last that was read; absent where the run uses no graphics card, or nothing of it can be read. */
  graphics: GraphicsReading | undefined
  #last: { readonly cpuSeconds: number; readonly at: number } | undefined

  /** `now` in milliseconds. The first heartbeat of a process has no processor time to compare with. */
  measure({ step, rssBytes, cpuSeconds }: TrainerEvent<'heartbeat'>, now: number): readonly MetricPoint[] {
    const last = this.#last
    this.#last = { cpuSeconds, at: now }
    const point = (name: MetricName, value: number): MetricPoint => ({ name, step, elapsedMs: this.elapsedMs, value })
    const { busyPercent, usedBytes } = this.graphics ?? {}
    const always = [
      point('memory.rss-bytes', rssBytes),
      ...(busyPercent === undefined ? [] : [point('gpu.percent', busyPercent)]),
      ...(usedBytes === undefined ? [] : [point('gpu.memory-bytes', usedBytes)]),
    ]
    // A process started anew counts from zero.
    if (last === undefined || now <= last.at || cpuSeconds < last.cpuSeconds) return always
    return [...always, point('cpu.percent', (100_000 * (cpuSeconds - last.cpuSeconds)) / (now - last.at))]
  }
}
