import type { ExperimentDetail } from '#shared/protocol/commands/experiments.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { CheckpointRecord, ExperimentRecord, KernelPreview, LogLine, RunRecord } from '#shared/protocol/records.ts'
import type { AppError } from '#shared/basics/result.ts'
import { emptyTimeline, type RunTimeline } from '#shared/measures/run-timeline.ts'
import { MetricStore } from '../../charts/metric-series.ts'
import { ask } from '../../state/client.ts'
import { PacedVersion } from '../../state/paced-version.svelte.ts'
import { Resource } from '../../state/resource.svelte.ts'

const snapshotPoints = 2000
const keptLogLines = 2000
/** Drawing takes processor time that training needs too: once a second is live enough. */
const redrawEveryMs = 1000

/**
 * One experiment and one of its runs, as it happens: a stored snapshot, and the stream that goes on from it, merged by
 * step. Redraws are asked for at most once a second.
 */
export class LiveRun {
  readonly #api: StudioApi
  readonly #unsubscribe: readonly (() => void)[]
  readonly detail: Resource<ExperimentDetail>
  #experiment = $state.raw<ExperimentRecord>()
  #runs = $state.raw<readonly RunRecord[]>([])
  #runId = $state<string>()
  #timeline = $state.raw<RunTimeline>()
  #previews = $state.raw<readonly KernelPreview[]>([])
  #log = $state.raw<readonly LogLine[]>([])
  #checkpoints = $state.raw<readonly CheckpointRecord[]>([])
  #error = $state.raw<AppError>()
  #isLoading = $state(false)
  /** Grows with each redraw: the metrics themselves are not reactive, they change four times a second. */
  readonly #version = new PacedVersion(redrawEveryMs)
  #metrics = new MetricStore()
  /** The reader chose an earlier attempt: a new one does not take its place. */
  #isPinned = false

  constructor(api: StudioApi, experimentId: string) {
    this.#api = api
    this.detail = new Resource(() => ask(api, 'experiments.get', { id: experimentId }))
    this.#unsubscribe = [
      api.on('experiment-changed', (experiment) => {
        if (experiment.id === experimentId) this.#follow(experiment)
      }),
      api.on('queue-changed', ({ waiting }) => this.#place(waiting.indexOf(experimentId) + 1)),
      api.on('run-metrics', ({ runId, run, points }) => {
        if (run.experimentId !== experimentId) return
        this.#putRun(run)
        if (runId !== this.#runId) return
        this.#metrics.add(points)
        this.#version.grow()
      }),
      api.on('run-timeline', ({ runId, timeline }) => {
        if (runId === this.#runId) this.#timeline = timeline
      }),
      api.on('run-preview', ({ runId, previews }) => {
        if (runId === this.#runId) this.#previews = previews
      }),
      api.on('run-checkpoints', ({ runId, checkpoints }) => {
        if (runId === this.#runId) this.#checkpoints = checkpoints
      }),
      api.on('run-log', ({ runId, line }) => {
        if (runId === this.#runId) this.#log = [...this.#log, line].slice(-keptLogLines)
      }),
    ]
  }

  get experiment(): ExperimentRecord | undefined {
    return this.#experiment
  }

  get runs(): readonly RunRecord[] {
    return this.#runs
  }

  get run(): RunRecord | undefined {
    return this.#runs.find(({ id }) => id === this.#runId)
  }

  /** The metrics seen so far; reading them subscribes to the next redraw. */
  get metrics(): MetricStore {
    void this.#version.value
    return this.#metrics
  }

  get version(): number {
    return this.#version.value
  }

  /** Its phases, and how its training time lies on the wall's clock. */
  get timeline(): RunTimeline {
    return this.#timeline ?? emptyTimeline
  }

  get previews(): readonly KernelPreview[] {
    return this.#previews
  }

  get log(): readonly LogLine[] {
    return this.#log
  }

  get checkpoints(): readonly CheckpointRecord[] {
    return this.#checkpoints
  }

  /** Why charts, log or previews could not be read. */
  get error(): AppError | undefined {
    return this.#error
  }

  get isLoading(): boolean {
    return this.#isLoading
  }

  async load(): Promise<void> {
    const detail = await this.#read()
    if (detail === undefined) return
    const latest = detail.record.latestRun?.id ?? detail.runs.at(-1)?.id
    if (latest !== undefined) await this.#show(latest)
  }

  async choose(runId: string): Promise<void> {
    this.#isPinned = runId !== this.#experiment?.latestRun?.id
    await this.#show(runId)
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#version.dispose()
  }

  async #show(runId: string): Promise<void> {
    this.#runId = runId
    this.#metrics = new MetricStore()
    this.#timeline = undefined
    this.#previews = []
    this.#log = []
    this.#checkpoints = []
    this.#error = undefined
    this.#isLoading = true
    const [curves, previews, log, checkpoints] = await Promise.all([
      ask(this.#api, 'runs.curves', { ids: [runId], maxPoints: snapshotPoints }),
      ask(this.#api, 'runs.preview', { id: runId }),
      ask(this.#api, 'runs.log', { id: runId }),
      ask(this.#api, 'runs.checkpoints', { id: runId }),
    ])
    if (runId !== this.#runId) return
    this.#isLoading = false
    for (const result of [curves, previews, log, checkpoints]) if (!result.ok) this.#error ??= result.error
    if (curves.ok) {
      for (const curve of curves.value[0]?.curves ?? []) this.#metrics.addCurve(curve)
      this.#timeline ??= curves.value[0]?.timeline
    }
    // What arrived by stream meanwhile is newer than the snapshot.
    if (previews.ok && this.#previews.length === 0) this.#previews = previews.value
    if (log.ok) {
      const last = log.value.at(-1)?.at ?? ''
      this.#log = [...log.value, ...this.#log.filter(({ at }) => at > last)].slice(-keptLogLines)
    }
    if (checkpoints.ok && this.#checkpoints.length === 0) this.#checkpoints = checkpoints.value
    this.#version.grow()
  }

  /** Reads experiment and runs anew: an announcement has neither configuration nor notes nor results. */
  async #read(): Promise<ExperimentDetail | undefined> {
    await this.detail.load()
    const detail = this.detail.value
    if (detail === undefined) return undefined
    this.#experiment = detail.record
    this.#runs = detail.runs
    return detail
  }

  #follow({ latestRun, status, updatedAt }: ExperimentSummary): void {
    const known = this.#experiment
    if (known === undefined) return
    const knownRun = this.#runs.find(({ id }) => id === latestRun?.id)
    if (knownRun !== undefined && latestRun?.status === 'running') this.#putRun({ ...knownRun, ...latestRun })
    const isNewRun = latestRun !== undefined && known.latestRun?.id !== latestRun.id
    if (known.updatedAt === updatedAt && known.status === status && !isNewRun) return
    void this.#read().then(() => {
      // Two announcements of a new run may both have asked.
      if (isNewRun && !this.#isPinned && this.#runId !== latestRun.id) return this.#show(latestRun.id)
    })
  }

  /** `position` 0: it does not wait. */
  #place(position: number): void {
    if (this.#experiment === undefined) return
    const { queuePosition: _before, ...experiment } = this.#experiment
    this.#experiment = position === 0 ? experiment : { ...experiment, queuePosition: position }
  }

  #putRun(run: RunRecord): void {
    const index = this.#runs.findIndex(({ id }) => id === run.id)
    this.#runs = index === -1 ? [...this.#runs, run] : this.#runs.with(index, run)
    if (this.#experiment?.latestRun?.id === run.id) this.#experiment = { ...this.#experiment, latestRun: run }
  }
}
