/**
 * What the real trainer tells of runs of every kind: every metric that the table names for a kind arrives as an event in
 * a short run, every event of the contract is emitted, previews and log lines are there.
 */
import { describe, expect, it, vi } from 'vitest'
import type { ViewDefinition } from '#shared/experiment/saved-view.ts'
import type { Studio } from '#main/studio.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { eventNames, type EventName } from '#shared/protocol/events.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { metricsOfKind } from '#shared/measures/metrics.ts'
import type { RunPhase } from '#shared/measures/run-timeline.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { KernelPreview, MetricPoint } from '#shared/protocol/records.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call, openStudio, reaches } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

async function openRealStudio(): Promise<Studio> {
  const storeFolder = temporaryFolder()
  // As many as make top-5 worth measuring.
  await fillStore(storeFolder, 100)
  return openStudio(realStudioOptions(storeFolder))
}

interface Told {
  readonly status: string
  readonly runId: string
  /** By metric, as they came. */
  readonly points: ReadonlyMap<string, readonly MetricPoint[]>
  readonly events: ReadonlySet<EventName>
  readonly previews: readonly (readonly KernelPreview[])[]
  readonly log: readonly string[]
  /** Of every announcement that knew the time left. */
  readonly progress: readonly number[]
}

/** Queues an experiment and listens until it has ended. */
async function listenTo(studio: Studio, config: ExperimentConfig): Promise<Told> {
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  const points = new Map<string, MetricPoint[]>()
  const events = new Set<EventName>()
  const previews: (readonly KernelPreview[])[] = []
  const log: string[] = []
  const progress: number[] = []
  const stops = [
    ...eventNames.map((name) => studio.events.on(name, () => void events.add(name))),
    studio.events.on('run-metrics', (told) => {
      for (const point of told.points) points.set(point.name, [...(points.get(point.name) ?? []), point])
      if (told.run.progress !== undefined) progress.push(told.run.progress)
    }),
    studio.events.on('run-preview', (told) => void previews.push(told.previews)),
    studio.events.on('run-log', ({ line }) => void log.push(line.text)),
  ]
  const { id } = await call(studio, 'experiments.create', {
    config,
    ...(config.kind === 'train' ? {} : { networkId: network?.id ?? '' }),
    datasetId: dataset?.id ?? '',
    enqueue: true,
  })
  const { status, latestRun } = await reaches(studio, id, 'completed', 'failed')
  expect(latestRun?.error).toBeUndefined()
  expect(latestRun?.result).toMatchObject(withTop5(config))
  for (const stop of stops) stop()
  return { status, runId: latestRun?.id ?? '', points, events, previews, log, progress }
}

function phaseNamesOf(config: ExperimentConfig): readonly string[] {
  if (config.kind === 'train') return ['training']
  return config.kind === 'compress' ? ['reconstruction', 'distillation', 'quantisation'] : ['distillation']
}

function endOf(phase: RunPhase | undefined): number {
  return (phase?.firstStep ?? NaN) + (phase?.steps ?? NaN)
}

/** Those of a run that asks no graphics card, sorted. */
function metricsOnProcessor(kind: ExperimentConfig['kind']): readonly string[] {
  return metricsOfKind(kind)
    .filter((name) => !name.startsWith('gpu.'))
    .sort()
}

/** Every accuracy of a result with its top-5. */
function withTop5({ kind }: ExperimentConfig) {
  const count = { correctTop5: expect.any(Number) }
  if (kind === 'train') return { validation: count, test: count }
  return { accuracies: [1, 2].map(() => ({ original: count, reconstructed: count })) }
}

const compression: CompressConfig = {
  ...fastConfig,
  predictor: { ...fastConfig.predictor, hiddenSize: 24 },
  permutation: { ...fastConfig.permutation, mode: 'in-filter' },
  reconstruction: { ...fastConfig.reconstruction, steps: 1200, sampling: { method: 'uniform', kernels: 1024 } },
  distillation: {
    ...fastConfig.distillation,
    steps: 60,
    dataBatch: 16,
    sampling: { method: 'uniform', kernels: 1024 },
    rampSteps: 4,
  },
  quantisation: { ...fastConfig.quantisation, steps: 12 },
  storage: { ...fastConfig.storage, predictor: 'int6' },
  evaluation: { everySteps: 20, images: 32, keep: 'best-validation' },
}

const baselinePreset = baselinePresets.find(({ id }) => id === 'baseline-int3-distilled')
if (baselinePreset === undefined) throw new Error('there is no distilled baseline')
const baseline: ExperimentConfig = {
  ...baselinePreset.config,
  distillation: { ...baselinePreset.config.distillation, steps: 40, dataBatch: 16 },
}

const coded: ExperimentConfig = {
  ...spectralDefaults,
  distillation: { ...spectralDefaults.distillation, steps: 40, dataBatch: 16 },
}

const training: ExperimentConfig = {
  ...trainDefaults,
  epochs: 16,
  batchSize: 16,
  evaluateEveryEpochs: 1,
  smoothness: { ...trainDefaults.smoothness, weight: 1e-3 },
}

describe.each([
  ['compress', compression],
  ['baseline', baseline],
  ['spectral', coded],
  ['train', training],
] as const)('a run of kind %s', (kind, config) => {
  it('reports every metric that the table names for it, and no other', async () => {
    const studio = await openRealStudio()
    studio.queue.startDispatching()
    const told = await listenTo(studio, config)
    expect([...told.points.keys()].sort()).toEqual(metricsOnProcessor(kind))
    for (const [name, points] of told.points) {
      const values = points.map(({ value }) => value)
      expect(values.every(Number.isFinite), `${name}: ${values.join(', ')}`).toBe(true)
    }
    // What windows were told is what the store has.
    const stored = await call(studio, 'runs.metrics', { id: told.runId, afterStep: -1, maxPoints: 100_000 })
    expect(new Set(stored.map(({ name }) => name))).toEqual(new Set(told.points.keys()))
    const [curves] = await call(studio, 'runs.curves', { ids: [told.runId], maxPoints: 20_000 })
    expect(curves?.curves.map(({ metric, count }) => [metric, count])).toEqual(
      metricsOnProcessor(kind).map((name) => [name, stored.filter((point) => point.name === name).length]),
    )
    // Each phase begins where the one before it ends, and the last one ends with the run.
    const { phases = [], wallOffsets } = curves?.timeline ?? {}
    expect(phases.map(({ name }) => name)).toEqual(phaseNamesOf(config))
    expect(phases.map(({ firstStep }) => firstStep)).toEqual([0, ...phases.slice(0, -1).map((phase) => endOf(phase))])
    expect(endOf(phases.at(-1))).toBe(Math.max(...stored.map(({ step }) => step)))
    expect(wallOffsets?.[0]?.offsetMs).toBeGreaterThan(0)
    for (const line of [
      /^Runs on onnxruntime /,
      /^\w+: (?:[\d,]+ steps|steps 1 to [\d,]+ of [\d,]+)\.$/,
      /^Kept a checkpoint of step /,
    ]) {
      expect(told.log).toContainEqual(expect.stringMatching(line))
    }
    // How true it is, a quiet machine tells: test/e2e/run-page.spec.ts.
    expect(told.progress.length).toBeGreaterThan(3)
    expect(told.progress).toEqual([...told.progress].sort((a, b) => a - b))
    if (kind !== 'train') expect(told.events).toContain('run-kernels')
    expect([...told.events]).toEqual(
      expect.arrayContaining([
        ...(['experiment-changed', 'queue-changed', 'run-metrics', 'run-timeline', 'run-log'] as const),
        'run-checkpoints',
      ]),
    )
    if (kind === 'train') return
    expect(told.previews.length).toBeGreaterThan(1)
    const { layers } = await layersOf(studio, told.runId)
    for (const previews of told.previews)
      expect(previews.map(({ layer }) => layer)).toEqual(layers.map(({ name }) => name))
    // The last one shows what the package gives: its errors are those of the result.
    const last = await call(studio, 'runs.preview', { id: told.runId })
    expect(last).toEqual(told.previews.at(-1))
    expect(last.map(({ relativeError }) => relativeError)).toEqual(layers.map(({ relativeError }) => relativeError))
    await expectKernelHistory(studio, told.runId, last)
    const [first] = last
    expect(first?.original).toHaveLength((first?.count ?? NaN) * 9)
    expect(first?.reconstructed).not.toEqual(first?.original)
  })
})

/** Snapshots begin with the first step, end with what the package gives, and show the originals that previews show. */
async function expectKernelHistory(studio: Studio, id: string, last: readonly KernelPreview[]): Promise<void> {
  // All filters of the first layer are few enough to be shown.
  const { layers, steps, shown } = await call(studio, 'runs.kernels', { id, layer: last[0]?.layer ?? '' })
  expect(layers.map(({ name }) => name)).toEqual(last.map(({ layer }) => layer))
  // A busy machine has no time for all of them.
  expect(steps.length).toBeGreaterThan(2)
  expect(steps.map(({ step }) => step)).toEqual([...new Set(steps.map(({ step }) => step))].sort((a, b) => a - b))
  expect([steps[0]?.step, steps.at(-1)?.step]).toEqual([0, last[0]?.step])
  expect(steps.at(-1)?.errors).toEqual(last.map(({ relativeError }) => relativeError))
  const preview = last.find(({ layer }) => layer === shown?.layer)
  const size = (preview?.kernelShape[0] ?? 0) * (preview?.kernelShape[1] ?? 0)
  expect(shown?.original.slice(0, size)).toEqual(preview?.original.slice(0, size))
  const final = shown?.reconstructed.at(-1)?.[0] ?? NaN
  expect(Math.abs(final - (preview?.reconstructed[0] ?? NaN))).toBeLessThanOrEqual(Math.abs(final) * 2 ** -10 + 1e-7)
  await expect(call(studio, 'runs.kernels', { id, layer: 'unknown' })).rejects.toMatchObject({ code: 'not-found' })
}

async function layersOf(
  studio: Studio,
  runId: string,
): Promise<{ readonly layers: readonly { readonly name: string; readonly relativeError: number }[] }> {
  const { result } = await call(studio, 'runs.get', { id: runId })
  if (result === undefined || result.kind === 'train') throw new Error('the run has no layers')
  return result
}

/** Announced by the desktop app, which has menus and gets files (test/e2e), and by clusters that are asked (test/cluster). */
const announcedElsewhere = new Set<EventName>([
  ...(['place-requested', 'action-requested', 'files-opened', 'recent-files-changed'] as const),
  ...(['cluster-checked', 'cluster-asked', 'cluster-question-ended'] as const),
])

it('announces everything that the contract has an event for', async () => {
  const studio = await openRealStudio()
  const seen = new Set<EventName>()
  for (const name of eventNames) studio.events.on(name, () => void seen.add(name))
  studio.queue.startDispatching()
  const { runId } = await listenTo(studio, {
    ...compression,
    reconstruction: { ...compression.reconstruction, steps: 20 },
    distillation: { ...compression.distillation, steps: 4 },
    quantisation: { ...compression.quantisation, steps: 0 },
  })
  const { experimentId } = await call(studio, 'runs.get', { id: runId })
  await call(studio, 'studio.update-settings', { theme: 'dark' })
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  await call(studio, 'networks.evaluate', {
    taskId: 'measure',
    id: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    split: 'train',
    limit: 0,
  })
  const search = await call(studio, 'candidates.search', {
    taskId: 'search',
    networkId: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    limits: { bytes: 1_000_000 },
  })
  await call(studio, 'candidates.cancel-search', { id: search.id })
  await call(studio, 'experiments.trash', { ids: [experimentId] })
  const view: ViewDefinition = { filter: '', columns: [], order: [], groups: [], shows: 'current' }
  await call(studio, 'views.save', { name: 'mine', view })
  await call(studio, 'clusters.save', { name: 'uni', host: 'uni', folder: '~/nern', ...defaultResources })
  expect([...seen].sort()).toEqual(eventNames.filter((name) => !announcedElsewhere.has(name)).sort())
})

it('does not measure the original network again when it was measured before', async () => {
  const studio = await openRealStudio()
  studio.queue.startDispatching()
  const short: ExperimentConfig = { ...baseline, distillation: { ...baseline.distillation, steps: 0 } }
  const first = await listenTo(studio, short)
  const second = await listenTo(studio, short)
  const originalLines = ({ log }: Told) => log.filter((text) => text.startsWith('The original network'))
  expect(originalLines(first).every((text) => !text.includes('measured before'))).toBe(true)
  expect(originalLines(second)).toEqual(originalLines(first).map((text) => text.replace(/\.$/, ', measured before.')))
  const accuraciesOf = async ({ runId }: Told) => {
    const { result } = await call(studio, 'runs.get', { id: runId })
    return result?.kind === 'baseline' ? result.accuracies : undefined
  }
  expect(await accuraciesOf(second)).toEqual(await accuraciesOf(first))
})
