import { expect, test } from 'vitest'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentSummary, RunSummary } from '#shared/experiment/experiment-summary.ts'
import type { QueueState } from '#shared/protocol/commands/queue.ts'
import type { RunRecord } from '#shared/protocol/records.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { LaterAnswer } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

const run: RunRecord = {
  ...{ id: 'run-1', experimentId: 'a', attempt: 1, status: 'running', step: 10, totalSteps: 100 },
  startedAt: '2030-01-01T00:00:00.000Z',
}
const summary = (id: string, changes: Partial<ExperimentSummary> = {}): ExperimentSummary => ({
  ...summaryOf(experimentRecord({ id, name: id })),
  ...changes,
})
const listing = (...items: ExperimentSummary[]) => ({
  'experiments.list': async () => ({ items, total: items.length }),
})
/** Announcements of one moment are put into the list together, after it. */
const moment = (): Promise<void> => Promise.resolve()

test('new experiments come first and the newest before them; a known one stays where it is', async () => {
  const { studio, api } = await openStudio(listing(summary('a'), summary('b')))
  api.announce('experiment-changed', summary('b', { name: 'renamed', updatedAt: '2030-01-02T00:00:00.000Z' }))
  api.announce('experiment-changed', summary('c'))
  api.announce('experiment-changed', summary('d'))
  await moment()
  expect(studio.experiments.list.value?.map(({ name }) => name)).toEqual(['d', 'c', 'a', 'renamed'])
  expect(studio.experiments.get('b')?.name).toBe('renamed')
})

test('progress does not change the list: the run has it', async () => {
  const running = summary('a', { status: 'running', latestRun: run })
  const { studio, api } = await openStudio(listing(running))
  const before = studio.experiments.list.value
  api.announce('run-metrics', { runId: run.id, run: { ...run, step: 20 }, points: [] })
  expect(studio.experiments.runOf(running)?.step).toBe(20)
  api.announce('experiment-changed', summary('a', { status: 'running', latestRun: { ...run, step: 30 } }))
  await moment()
  expect(studio.experiments.runOf(running)?.step).toBe(30)
  expect(studio.experiments.list.value).toBe(before)
})

test('what a run did last is forgotten once its experiment is over', async () => {
  const { studio, api } = await openStudio(listing(summary('a', { status: 'running', latestRun: run })))
  api.announce('run-metrics', { runId: run.id, run: { ...run, step: 20 }, points: [] })
  const ended: RunSummary = { ...run, status: 'completed', step: 100 }
  api.announce('experiment-changed', summary('a', { status: 'completed', latestRun: ended }))
  await moment()
  const now = studio.experiments.get('a')
  expect(now === undefined ? undefined : studio.experiments.runOf(now)).toEqual(ended)
})

test('deleted experiments leave the list', async () => {
  const { studio, api } = await openStudio(listing(summary('a'), summary('b')))
  api.announce('experiments-removed', { ids: ['a', 'unknown'] })
  expect(studio.experiments.list.value?.map(({ id }) => id)).toEqual(['b'])
})

test('an announcement that comes before the list adds nothing to nothing', async () => {
  const answer = new LaterAnswer<{ items: ExperimentSummary[]; total: number }>()
  let questions = 0
  const { studio, api } = await openStudio({
    'experiments.list': async () => (questions++ === 0 ? { items: [], total: 0 } : answer.promise),
  })
  const loading = studio.experiments.list.load()
  api.announce('experiment-changed', summary('a', { name: 'old' }))
  await moment()
  answer.give({ items: [summary('a', { name: 'new' })], total: 1 })
  await loading
  expect(studio.experiments.list.value?.map(({ name }) => name)).toEqual(['new'])
})

test('the queue names experiments of the list, in the order they will run', async () => {
  const state: QueueState = { isActive: true, places: 1, running: ['a'], waiting: ['c', 'b', 'unread'], paused: [] }
  const { studio, api } = await openStudio({
    ...listing(summary('a'), summary('b'), summary('c')),
    'queue.list': async () => state,
  })
  const { queue } = studio
  expect(queue.waiting.map(({ id }) => id)).toEqual(['c', 'b'])
  expect([queue.positionOf('c'), queue.positionOf('b'), queue.positionOf('a')]).toEqual([1, 2, undefined])
  expect([queue.runningCount, queue.waitingCount]).toEqual([1, 3])
  api.announce('queue-changed', { ...state, running: [], waiting: ['b'], paused: ['a'] })
  expect([queue.running, queue.paused.map(({ id }) => id), queue.positionOf('c')]).toEqual([[], ['a'], undefined])
})

test('the library is what was announced last', async () => {
  const { studio, api } = await openStudio()
  api.announce('library-changed', {
    networks: [networkRecord({ id: 'net-2', name: 'Second' })],
    datasets: [datasetRecord({ id: 'data-2' })],
  })
  const { library } = studio
  expect([library.network('net-2')?.name, library.network('net-1'), library.network(undefined)]).toEqual([
    'Second',
    undefined,
    undefined,
  ])
  expect([library.dataset('data-2')?.id, library.dataset('data-1')]).toEqual(['data-2', undefined])
})
