import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scheduleQueue, type TimedRun } from '#shared/experiment/queue-schedule.ts'

const cpu = (seconds: number | undefined): TimedRun => ({ device: 'cpu', seconds })
const onePlace = () => 1
const twoPlaces = () => 2

describe('the schedule of a queue', () => {
  it('lets each wait for those before it', () => {
    expect(scheduleQueue([cpu(30)], [cpu(10), cpu(5)], onePlace)).toEqual({
      waiting: [
        { startsIn: 30, endsIn: 40 },
        { startsIn: 40, endsIn: 45 },
      ],
      seconds: 45,
      unknown: 0,
    })
  })

  it('gives the place that is free first to the first in line', () => {
    const { waiting, seconds } = scheduleQueue([cpu(30), cpu(12)], [cpu(50), cpu(5), cpu(1)], twoPlaces)
    expect(waiting.map(({ startsIn }) => startsIn)).toEqual([12, 30, 35])
    expect(seconds).toBe(62)
  })

  it('keeps devices apart', () => {
    const { waiting } = scheduleQueue([cpu(30)], [{ device: 'cuda', seconds: 7 }, cpu(1)], onePlace)
    expect(waiting).toEqual([
      { startsIn: 0, endsIn: 7 },
      { startsIn: 30, endsIn: 31 },
    ])
  })

  it('does not guess behind a run whose time nobody knows, and says how many there are', () => {
    expect(scheduleQueue([cpu(30)], [cpu(undefined), cpu(5)], onePlace)).toEqual({
      waiting: [
        { startsIn: 30, endsIn: undefined },
        { startsIn: undefined, endsIn: undefined },
      ],
      seconds: 35,
      unknown: 1,
    })
  })

  it('waits for the last ones where more run than there are places now', () => {
    const { waiting } = scheduleQueue([cpu(10), cpu(40), cpu(20)], [cpu(1)], twoPlaces)
    expect(waiting).toEqual([{ startsIn: 20, endsIn: 21 }])
  })

  it('never takes longer with more places, nor less than the longest or the fair share', () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 30 })
    fc.assert(
      fc.property(seconds, seconds, fc.integer({ min: 1, max: 8 }), (running, waiting, places) => {
        const runs = waiting.map(cpu)
        const started = running.slice(0, places).map(cpu)
        const taken = scheduleQueue(started, runs, () => places).seconds
        const work = [...started, ...runs].map((run) => run.seconds ?? 0)
        const sum = work.reduce((total, one) => total + one, 0)
        expect(taken).toBeLessThanOrEqual(sum)
        expect(taken).toBeGreaterThanOrEqual(Math.max(0, ...work, sum / places))
      }),
    )
  })
})
