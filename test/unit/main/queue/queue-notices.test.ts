import { beforeEach, expect, it } from 'vitest'
import { Emitter } from '#main/basics/emitter.ts'
import { QueueNotices, type Notice } from '#main/queue/queue-notices.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'

let events: Emitter<StudioEvents>
let told: Notice[]
let statuses: Map<string, ExperimentStatus>

beforeEach(() => {
  events = new Emitter()
  told = []
  statuses = new Map()
  const batches = {
    get: (id: string) => ({ id, name: 'Sweep of hidden sizes', createdAt: '' }),
    members: () => [...statuses].map(([id, status]) => ({ id, status })),
  }
  new QueueNotices(events, batches).on((notice) => told.push(notice))
})

/** An experiment runs, and ends so. */
function runs(id: string, end: ExperimentStatus, more: Partial<ExperimentSummary> = {}): void {
  const announce = (status: ExperimentStatus) => {
    if (more.batchId !== undefined) statuses.set(id, status)
    events.emit('experiment-changed', { ...summaryOf(experimentRecord({ id, name: id })), ...more, status })
  }
  announce('running')
  announce(end)
}

function empties(): void {
  events.emit('queue-changed', { isActive: true, places: 1, running: [], waiting: [], paused: [] })
}

it('tells that an experiment failed, and where to read why', () => {
  runs('a', 'failed')
  empties()
  expect(told).toMatchObject([{ title: 'a failed', place: { name: 'run', experimentId: 'a' } }])
})

it('tells once that the queue is empty, with what came of it', () => {
  runs('a', 'completed')
  runs('b', 'failed')
  runs('c', 'completed')
  empties()
  empties()
  expect(told.slice(1)).toEqual([
    { title: 'The queue is empty', text: '2 completed, 1 failed.', place: { name: 'queue' } },
  ])
})

it('tells of a batch its first failure and its end, and not the empty queue as well', () => {
  statuses = new Map([
    ['a', 'queued'],
    ['b', 'queued'],
    ['c', 'queued'],
  ])
  for (const [id, end] of [
    ['a', 'failed'],
    ['b', 'failed'],
    ['c', 'completed'],
  ] as const) {
    runs(id, end, { batchId: 'batch-1' })
  }
  empties()
  expect(told.map(({ title, text }) => [title, text])).toEqual([
    ['a of Sweep of hidden sizes failed', 'Its page says why.'],
    ['Sweep of hidden sizes has ended', '1 completed, 2 failed.'],
  ])
})

it('says nothing of what a person did', () => {
  runs('a', 'paused')
  runs('b', 'cancelled')
  empties()
  expect(told).toEqual([])
})
