import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { RunCurves } from '#shared/measures/run-curves.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ExperimentDetail } from '#shared/protocol/commands/experiments.ts'
import type {
  CheckpointRecord,
  ExperimentRecord,
  KernelPreview,
  LogLine,
  MetricPoint,
  RunRecord,
} from '#shared/protocol/records.ts'
import { LiveRun } from '#renderer/features/run/live-run.svelte.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { curvesOf } from '#test/support/run-curves.ts'
import { LaterAnswer, refusal, ScriptedApi } from '#test/support/scripted-api.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const runOf = (attempt: number, changes: Partial<RunRecord> = {}): RunRecord => ({
  ...{ id: `run-${attempt}`, experimentId: 'a', attempt, status: 'running', step: 10, totalSteps: 100 },
  startedAt: '2030-01-01T00:00:00.000Z',
  ...changes,
})
const recordOf = (latestRun: RunRecord, changes: Partial<ExperimentRecord> = {}): ExperimentRecord =>
  experimentRecord({ id: 'a', status: 'running', latestRun, ...changes })
const point = (step: number, value: number): MetricPoint => ({ name: 'loss.total', step, elapsedMs: 20 * step, value })
const line = (second: number, text: string): LogLine => ({
  at: `2030-01-01T00:00:0${second}.000Z`,
  level: 'info',
  text,
})
const preview = (step: number): KernelPreview => ({
  ...{ step, layer: 'conv', relativeError: 0.2, kernelShape: [1, 1], count: 1 },
  original: Float32Array.of(1),
  reconstructed: Float32Array.of(1),
})
const checkpoint = (step: number): CheckpointRecord => ({
  ...{ runId: 'run-1', step, phase: 'reconstruction', sha256: 'a'.repeat(64), sizeBytes: 1 },
  createdAt: '2030-01-01T00:00:00.000Z',
})

const empty: Partial<CommandHandlers> = {
  'runs.curves': async () => [],
  'runs.preview': async () => [],
  'runs.log': async () => [],
  'runs.checkpoints': async () => [],
}

/** A page of experiment `a`, whose detail a test can change. */
function page(runs: readonly RunRecord[], answers: Partial<CommandHandlers> = {}) {
  const [last = runOf(1)] = runs.slice(-1)
  const stored: { detail: ExperimentDetail } = { detail: { record: recordOf(last), runs, descendants: [] } }
  const api = new ScriptedApi({ ...empty, 'experiments.get': async () => stored.detail, ...answers })
  const live = new LiveRun(api, 'a')
  onTestFinished(() => live.dispose())
  return { api, live, stored }
}
const stepsOf = (live: LiveRun): readonly number[] => live.metrics.get('loss.total').steps

test('the stored points and those that stream in are one curve, whichever comes first', async () => {
  const stored = new LaterAnswer<readonly RunCurves[]>()
  const { api, live } = page([runOf(1)], { 'runs.curves': () => stored.promise })
  const loading = live.load()
  await vi.waitFor(() => expect(api.inputsOf('runs.curves')).toHaveLength(1))
  api.announce('run-metrics', { runId: 'run-1', run: runOf(1, { step: 3 }), points: [point(3, 0.3)] })
  stored.give(curvesOf([point(1, 0.5), point(2, 0.4)]))
  await loading
  api.announce('run-metrics', { runId: 'run-1', run: runOf(1, { step: 4 }), points: [point(4, 0.2)] })
  expect([stepsOf(live), live.run?.step]).toEqual([[1, 2, 3, 4], 4])
})

test('phases are those of the store, then those that are announced', async () => {
  const reconstruction = { name: 'reconstruction', firstStep: 0, steps: 50 }
  const timeline = { phases: [reconstruction], wallOffsets: [] }
  const { api, live } = page([runOf(1)], { 'runs.curves': async () => curvesOf([], { timeline }) })
  await live.load()
  expect(live.timeline).toEqual(timeline)
  const phases = [reconstruction, { name: 'distillation', firstStep: 50, steps: 5 }]
  api.announce('run-timeline', { runId: 'run-2', timeline: { phases: [], wallOffsets: [] } })
  api.announce('run-timeline', { runId: 'run-1', timeline: { ...timeline, phases } })
  expect(live.timeline.phases).toEqual(phases)
})

test('steps of a resumed run that come again replace those before', async () => {
  const { api, live } = page([runOf(1)], { 'runs.curves': async () => curvesOf([point(1, 0.5), point(2, 0.4)]) })
  await live.load()
  api.announce('run-metrics', { runId: 'run-1', run: runOf(1), points: [point(2, 0.1)] })
  expect(live.metrics.get('loss.total').values).toEqual([0.5, 0.1])
})

test('messages of other experiments and of other runs leave the picture alone', async () => {
  const { api, live } = page([runOf(1), runOf(2)], { 'runs.curves': async () => curvesOf([point(1, 0.5)]) })
  await live.load()
  const stranger = runOf(1, { id: 'run-9', experimentId: 'b' })
  api.announce('run-metrics', { runId: 'run-9', run: stranger, points: [point(7, 0)] })
  api.announce('run-metrics', { runId: 'run-1', run: runOf(1, { step: 50 }), points: [point(8, 0)] })
  api.announce('run-preview', { runId: 'run-1', previews: [preview(8)] })
  api.announce('run-log', { runId: 'run-1', line: line(1, 'old') })
  api.announce('run-checkpoints', { runId: 'run-1', checkpoints: [checkpoint(8)] })
  expect([live.run?.id, stepsOf(live), live.previews, live.log, live.checkpoints]).toEqual(['run-2', [1], [], [], []])
  expect(live.runs.map(({ id, step }) => [id, step])).toEqual([
    ['run-1', 50],
    ['run-2', 10],
  ])
})

test('charts are drawn at most once a second, however many messages come', async () => {
  const { api, live } = page([runOf(1)])
  await live.load()
  await vi.advanceTimersByTimeAsync(0)
  const first = live.version
  for (let step = 1; step <= 20; step++) {
    api.announce('run-metrics', { runId: 'run-1', run: runOf(1, { step }), points: [point(step, 1)] })
    await vi.advanceTimersByTimeAsync(40)
  }
  expect(live.version).toBe(first)
  await vi.advanceTimersByTimeAsync(200)
  expect(live.version).toBe(first + 1)
})

test('what streamed in while the stored state was read is newer than it', async () => {
  const log = new LaterAnswer<readonly LogLine[]>()
  const { api, live } = page([runOf(1)], {
    'runs.preview': async () => [preview(5)],
    'runs.log': () => log.promise,
    'runs.checkpoints': async () => [checkpoint(5)],
  })
  const loading = live.load()
  await vi.waitFor(() => expect(api.inputsOf('runs.log')).toHaveLength(1))
  api.announce('run-preview', { runId: 'run-1', previews: [preview(6)] })
  api.announce('run-checkpoints', { runId: 'run-1', checkpoints: [checkpoint(6)] })
  api.announce('run-log', { runId: 'run-1', line: line(2, 'both have it') })
  api.announce('run-log', { runId: 'run-1', line: line(3, 'only streamed') })
  log.give([line(1, 'only stored'), line(2, 'both have it')])
  await loading
  expect([live.previews[0]?.step, live.checkpoints[0]?.step]).toEqual([6, 6])
  expect(live.log.map(({ text }) => text)).toEqual(['only stored', 'both have it', 'only streamed'])
})

test('what of a run cannot be read is said, and the rest is shown', async () => {
  const { live } = page([runOf(1)], {
    'runs.curves': async () => curvesOf([point(1, 0.5)]),
    'runs.log': async () => {
      throw refusal('store-corrupt', 'The log is damaged.')
    },
  })
  await live.load()
  expect([live.error?.code, stepsOf(live), live.isLoading]).toEqual(['store-corrupt', [1], false])
})

test('an experiment that cannot be read has no run', async () => {
  const { live } = page([runOf(1)], {
    'experiments.get': async () => {
      throw refusal('not-found', 'There is no such experiment.')
    },
  })
  await live.load()
  expect([live.experiment, live.run, live.detail.error?.code]).toEqual([undefined, undefined, 'not-found'])
})

test('a new attempt takes the place of the one before it', async () => {
  const { api, live, stored } = page([runOf(1, { status: 'failed' })])
  await live.load()
  const record = recordOf(runOf(2), { updatedAt: '2030-01-02T00:00:00.000Z' })
  stored.detail = { record, runs: [runOf(1, { status: 'failed' }), runOf(2)], descendants: [] }
  api.announce('experiment-changed', summaryOf(record))
  await vi.waitFor(() => expect(live.run?.id).toBe('run-2'))
})

test('a new attempt leaves an earlier one that somebody chose on screen', async () => {
  const runs = [runOf(1, { status: 'failed' }), runOf(2, { status: 'failed' })]
  const { api, live, stored } = page(runs)
  await live.load()
  await live.choose('run-1')
  const record = recordOf(runOf(3), { updatedAt: '2030-01-02T00:00:00.000Z' })
  stored.detail = { record, runs: [...runs, runOf(3)], descendants: [] }
  api.announce('experiment-changed', summaryOf(record))
  await vi.waitFor(() => expect(live.runs).toHaveLength(3))
  await vi.advanceTimersByTimeAsync(0)
  expect(live.run?.id).toBe('run-1')
})

test('of two runs chosen quickly the second is shown, even if the first answers last', async () => {
  const slow = new LaterAnswer<readonly RunCurves[]>()
  const { live } = page([runOf(1), runOf(2), runOf(3)], {
    'runs.curves': ({ ids }) => (ids[0] === 'run-1' ? slow.promise : Promise.resolve(curvesOf([point(2, 0.2)]))),
  })
  await live.load()
  const first = live.choose('run-1')
  await live.choose('run-2')
  slow.give(curvesOf([point(1, 0.1)]))
  await first
  expect([live.run?.id, stepsOf(live)]).toEqual(['run-2', [2]])
})

test('progress alone does not read the experiment again; a change of its status does', async () => {
  const { api, live, stored } = page([runOf(1)])
  await live.load()
  const { record } = stored.detail
  api.announce('experiment-changed', summaryOf({ ...record, latestRun: runOf(1, { step: 70 }) }))
  expect([live.run?.step, live.experiment?.latestRun?.step]).toEqual([70, 70])
  expect(api.inputsOf('experiments.get')).toHaveLength(1)
  stored.detail = { record: { ...record, status: 'paused' }, runs: [runOf(1, { status: 'paused' })], descendants: [] }
  api.announce('experiment-changed', summaryOf(stored.detail.record))
  await vi.waitFor(() => expect(live.experiment?.status).toBe('paused'))
})

test('its place in the queue follows the queue', async () => {
  const { api, live } = page([runOf(1)])
  await live.load()
  const queue = { isActive: true, places: 1, running: [], paused: [] }
  api.announce('queue-changed', { ...queue, waiting: ['b', 'a'] })
  const waiting = live.experiment?.queuePosition
  api.announce('queue-changed', { ...queue, waiting: ['b'] })
  expect([waiting, live.experiment?.queuePosition]).toEqual([2, undefined])
})

test('a page that closes hears nothing more and draws nothing more', async () => {
  const { api, live } = page([runOf(1)])
  await live.load()
  live.dispose()
  expect([api.listenerCount, vi.getTimerCount()]).toEqual([0, 0])
})
