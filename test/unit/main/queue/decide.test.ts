import { expect, it } from 'vitest'
import { deviceKey, experimentsToStart } from '#main/queue/decide.ts'
import { continuesRun } from '#main/store/continues-run.ts'
import type { RunRecord } from '#shared/protocol/records.ts'

const waiting = [
  { id: 'a', device: 'cpu' },
  { id: 'b', device: 'cpu' },
  { id: 'c', device: 'webgpu' },
]
const idle = { isActive: true, waiting, busyDevices: new Set<string>() }

it('starts the first waiting experiment of each free device', () => {
  expect(experimentsToStart(idle)).toEqual(['a', 'c'])
  expect(experimentsToStart({ ...idle, busyDevices: new Set(['cpu']) })).toEqual(['c'])
})

it('starts nothing while the queue is not active', () => {
  expect(experimentsToStart({ ...idle, isActive: false })).toEqual([])
})

it('starts only what was asked for, active or not', () => {
  expect(experimentsToStart({ ...idle, isActive: false, only: new Set(['b']) })).toEqual(['b'])
})

it('counts all executors on one kind of processor as one device', () => {
  const onnxruntime = { executor: 'onnxruntime', provider: 'cuda', threads: 2 } as const
  const tensorflow = { ...onnxruntime, executor: 'tensorflow' } as const
  expect(deviceKey(onnxruntime)).toBe(deviceKey(tensorflow))
  expect(deviceKey(onnxruntime)).not.toBe(deviceKey({ ...onnxruntime, provider: 'cpu' }))
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
