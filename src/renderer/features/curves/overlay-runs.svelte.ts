import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { emptyTimeline, type RunTimeline } from '#shared/measures/run-timeline.ts'
import type { AppError } from '#shared/basics/result.ts'
import { MetricStore } from '../../charts/metric-series.ts'
import type { RunPace } from '../../charts/curve-axis.ts'
import { ask } from '../../state/client.ts'
import { PacedVersion } from '../../state/paced-version.svelte.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'

/** The latest run of an experiment, with all that its curves need. */
export interface OverlayRun {
  readonly experiment: ExperimentSummary
  readonly runId: string
  readonly metrics: MetricStore
  readonly timeline: RunTimeline
  readonly pace: RunPace
}

interface KnownRun {
  readonly metrics: MetricStore
  timeline: RunTimeline
}

const snapshotPoints = 1500
const redrawEveryMs = 1000

/** Metrics of the latest runs of several experiments: read once, and followed while they run. */
export class OverlayRuns {
  readonly #studio: Pick<WindowStudio, 'api' | 'experiments'>
  readonly #known = new Map<string, KnownRun>()
  readonly #version = new PacedVersion(redrawEveryMs)
  readonly #unsubscribe: readonly (() => void)[]
  #isLoading = $state(false)
  #error = $state.raw<AppError>()

  constructor(studio: Pick<WindowStudio, 'api' | 'experiments'>) {
    this.#studio = studio
    this.#unsubscribe = [
      studio.api.on('run-metrics', ({ runId, points }) => {
        const known = this.#known.get(runId)
        if (known === undefined) return
        known.metrics.add(points)
        this.#version.grow()
      }),
      studio.api.on('run-timeline', ({ runId, timeline }) => {
        const known = this.#known.get(runId)
        if (known === undefined) return
        known.timeline = timeline
        this.#version.grow()
      }),
    ]
  }

  get isLoading(): boolean {
    return this.#isLoading
  }

  get error(): AppError | undefined {
    return this.#error
  }

  /** Those of these experiments that have a run, in their order. Reading it subscribes to the next redraw. */
  of(ids: readonly string[]): readonly OverlayRun[] {
    void this.#version.value
    void this.#isLoading
    return ids.flatMap((id) => {
      const experiment = this.#studio.experiments.get(id)
      const runId = experiment?.latestRun?.id
      const known = runId === undefined ? undefined : this.#known.get(runId)
      if (experiment === undefined || runId === undefined || known === undefined) return []
      const { metrics, timeline } = known
      return [{ experiment, runId, metrics, timeline, pace: { ...metrics.longest, wallOffsets: timeline.wallOffsets } }]
    })
  }

  /** Reads the runs that are not known yet. */
  async load(runIds: readonly string[]): Promise<void> {
    const ids = runIds.filter((id) => !this.#known.has(id))
    if (ids.length === 0) return
    // Known from now on, so that nothing that streams in meanwhile is lost.
    for (const id of ids) this.#known.set(id, { metrics: new MetricStore(), timeline: emptyTimeline })
    this.#isLoading = true
    const answer = await ask(this.#studio.api, 'runs.curves', { ids: [...ids], maxPoints: snapshotPoints })
    this.#isLoading = false
    this.#error = answer.ok ? undefined : answer.error
    if (!answer.ok) {
      for (const id of ids) this.#known.delete(id)
      return
    }
    for (const { runId, timeline, curves } of answer.value) {
      const known = this.#known.get(runId)
      if (known === undefined) continue
      known.timeline = timeline
      for (const curve of curves) known.metrics.addCurve(curve)
    }
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#version.dispose()
  }
}
