import { expect, it } from 'vitest'
import { experimentsToStart, type QueueSituation } from '#main/queue/decide.ts'
import { continuesRun } from '#main/store/continues-run.ts'
import type { RunRecord } from '#shared/protocol/records.ts'

const idle: QueueSituation = {
  isActive: true,
  waiting: [
    { id: 'a', device: 'cpu' },
    { id: 'b', device: 'cpu' },
    { id: 'c', device: 'webgpu' },
    { id: 'd', device: 'cpu' },
  ],
  busy: [],
  placesOn: () => 1,
}

it('starts the first waiting experiment of each free device', () => {
  expect(experimentsToStart(idle)).toEqual(['a', 'c'])
  expect(experimentsToStart({ ...idle, busy: ['cpu'] })).toEqual(['c'])
})

it('starts as many as a device has free places, in the order of the queue', () => {
  const twoOnCpu = { ...idle, placesOn: (device: string) => (device === 'cpu' ? 2 : 1) }
  expect(experimentsToStart(twoOnCpu)).toEqual(['a', 'b', 'c'])
  expect(experimentsToStart({ ...twoOnCpu, busy: ['cpu', 'webgpu'] })).toEqual(['a'])
  expect(experimentsToStart({ ...twoOnCpu, busy: ['cpu', 'cpu', 'cpu'] })).toEqual(['c'])
})

it('starts nothing while the queue is not active', () => {
  expect(experimentsToStart({ ...idle, isActive: false })).toEqual([])
})

it('starts only what was asked for, active or not', () => {
  expect(experimentsToStart({ ...idle, isActive: false, only: new Set(['b']) })).toEqual(['b'])
})

const run: RunRecord = {
  id: 'run-1',
  experimentId: 'exp-1',
  attempt: 1,
  status: 'paused',
  step: 5,
  totalSteps: 10,
  startedAt: '2030-01-01T00:00:00.000Z',
}
const failed = (code: 'trainer-gone' | 'diverged'): RunRecord => ({
  ...run,
  status: 'failed',
  error: { code, message: 'x' },
})

it.each([
  ['a paused run', run, true],
  ['an interrupted run', { ...run, status: 'interrupted' as const }, true],
  ['a run whose trainer died', failed('trainer-gone'), true],
  ['a run that diverged', failed('diverged'), false],
  ['a cancelled run', { ...run, status: 'cancelled' as const }, false],
  ['no run', undefined, false],
])('%s goes on: %#', (_what, latest, isContinued) => {
  expect(continuesRun(latest)).toBe(isContinued)
})
