import { expect, onTestFinished, test, vi } from 'vitest'
import { WatchedTimes } from '#renderer/features/queue/queue-times.svelte.ts'
import { allTimeText, waitingTimeText } from '#renderer/features/queue/times-text.ts'
import type { QueueTimes } from '#shared/protocol/commands/queue.ts'
import { refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

const waiting = { id: 'a', seconds: 90, startsIn: 600, endsIn: 690 }

test('a waiting experiment says what it takes and when it starts, as far as that is known', () => {
  expect(waitingTimeText(waiting)).toBe('about 1 min 30 s, starts in 10 min')
  expect(waitingTimeText({ ...waiting, startsIn: 0 })).toBe('about 1 min 30 s, starts next')
  expect(waitingTimeText({ ...waiting, startsIn: undefined })).toBe('about 1 min 30 s')
  expect(waitingTimeText({ ...waiting, seconds: undefined })).toBe('time not known yet')
  expect(waitingTimeText(undefined)).toBe('')
})

test('the whole queue says when it is done, and never less than it knows', () => {
  expect(allTimeText({ seconds: 7200, unknown: 0 }, 12)).toBe('all done in about 2 h')
  expect(allTimeText({ seconds: 7200, unknown: 3 }, 12)).toBe(
    'all done in more than 2 h; the time of 3 is not known yet',
  )
  expect(allTimeText({ seconds: 0, unknown: 12 }, 12)).toBe('the time is not known yet')
  expect([allTimeText(undefined, 12), allTimeText({ seconds: 0, unknown: 0 }, 0)]).toEqual([undefined, undefined])
  // Four of them on a cluster.
  expect(allTimeText({ seconds: 0, unknown: 0 }, 4)).toBeUndefined()
})

test('times are asked for again every few seconds, and once more when they changed while one was asked for', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let answers: ((times: QueueTimes) => void)[] = []
  const { studio, api } = await openStudio({
    'queue.times': () => new Promise((resolve) => answers.push(resolve)),
  })
  const times = new WatchedTimes(studio)
  const stop = times.watch()
  void times.refresh()
  void times.refresh()
  const answer = async (seconds: number) => {
    const [first, ...others] = answers
    answers = others
    first?.({ seconds, unknown: 0, waiting: [waiting] })
    await vi.advanceTimersByTimeAsync(0)
  }
  await answer(1)
  await answer(2)
  expect([times.all?.seconds, times.of('a'), answers.length]).toEqual([2, waiting, 0])
  await vi.advanceTimersByTimeAsync(5000)
  expect(answers).toHaveLength(1)
  await answer(3)
  stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(api.asked).toHaveLength(3)
})

test('times that cannot be had are left out', async () => {
  const { studio } = await openStudio({
    'queue.times': async () => {
      throw refusal('internal', 'No.')
    },
  })
  const times = new WatchedTimes(studio)
  await times.refresh()
  expect([times.all, times.of('a')]).toEqual([undefined, undefined])
})
