import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { StudioEvent } from '#shared/protocol/ipc-channels.ts'
import { EventOutbox } from '#main/ipc/event-outbox.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function recordOutbox() {
  const sent: unknown[] = []
  const page = { isGone: false }
  const outbox = new EventOutbox({ isDestroyed: () => page.isGone, send: (_channel, events) => sent.push(events) })
  return { outbox, sent, page }
}

const removed = (id: string): StudioEvent => ({ event: 'experiments-removed', payload: { ids: [id] } })
const progress = (taskId: string, done: number): StudioEvent => ({
  event: 'task-progress',
  payload: { taskId, title: 't', done, total: 9 },
})

test('what is announced before the page listens is kept and sent at once when it does', () => {
  const { outbox, sent } = recordOutbox()
  outbox.push(removed('a'))
  outbox.push(removed('b'))
  vi.runAllTimers()
  expect(sent).toStrictEqual([])
  outbox.startListening()
  expect(sent).toStrictEqual([[removed('a'), removed('b')]])
})

test('announcements within 50 ms travel in one message, in order', () => {
  const { outbox, sent } = recordOutbox()
  outbox.startListening()
  outbox.push(removed('a'))
  vi.advanceTimersByTime(49)
  outbox.push(removed('b'))
  expect(sent).toStrictEqual([])
  vi.advanceTimersByTime(1)
  outbox.push(removed('c'))
  vi.advanceTimersByTime(50)
  expect(sent).toStrictEqual([[removed('a'), removed('b')], [removed('c')]])
})

test('of announcements that replace each other the newest of a batch travels, at its own place', () => {
  const { outbox, sent } = recordOutbox()
  outbox.push(progress('a', 1))
  outbox.push(progress('b', 1))
  outbox.push(removed('x'))
  outbox.push(progress('a', 2))
  outbox.startListening()
  expect(sent).toStrictEqual([[progress('b', 1), removed('x'), progress('a', 2)]])
})

test('a page loaded anew gets nothing until it listens again', () => {
  const { outbox, sent } = recordOutbox()
  outbox.startListening()
  outbox.push(removed('a'))
  outbox.stopListening()
  vi.runAllTimers()
  expect(sent).toStrictEqual([])
  outbox.startListening()
  expect(sent).toStrictEqual([[removed('a')]])
})

test('a destroyed page is never sent to', () => {
  const { outbox, sent, page } = recordOutbox()
  outbox.startListening()
  outbox.push(removed('a'))
  page.isGone = true
  vi.runAllTimers()
  expect(sent).toStrictEqual([])
})

test('disposing forgets what was kept', () => {
  const { outbox, sent } = recordOutbox()
  outbox.push(removed('a'))
  outbox.dispose()
  outbox.startListening()
  expect(sent).toStrictEqual([])
})

test('a page that never listens costs bounded memory: the oldest are forgotten', () => {
  const { outbox, sent } = recordOutbox()
  for (let i = 0; i < 5_001; i++) outbox.push(removed(String(i)))
  outbox.startListening()
  const [batch] = sent as StudioEvent[][]
  expect([batch?.length, batch?.[0]]).toStrictEqual([5_000, removed('1')])
})

test('a page that listens misses nothing of a burst, one that does not keeps the newest', () => {
  const { outbox, sent } = recordOutbox()
  const burst = Array.from({ length: 7000 }, (_, index) => removed(`${index}`))
  burst.forEach((event) => outbox.push(event))
  outbox.startListening()
  expect(sent).toStrictEqual([burst.slice(2000)])
  burst.forEach((event) => outbox.push(event))
  vi.runAllTimers()
  expect(sent.slice(1).flat()).toStrictEqual(burst)
})
