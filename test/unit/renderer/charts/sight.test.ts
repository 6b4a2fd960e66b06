import { afterEach, expect, test, vi } from 'vitest'
import { CurveDetail } from '#renderer/charts/curve-detail.svelte.ts'
import { Sight } from '#renderer/charts/sight.svelte.ts'
import { emptyTimeline } from '#shared/measures/run-timeline.ts'
import { ScriptedApi } from '../../../support/scripted-api.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** An observer whose element comes and goes as the test says. */
function observedSight(): { readonly sight: Sight; readonly move: (isIntersecting: boolean) => void } {
  const moves: ((isIntersecting: boolean) => void)[] = []
  class Observer {
    constructor(callback: (entries: readonly { readonly isIntersecting: boolean }[]) => void) {
      moves.push((isIntersecting) => callback([{ isIntersecting: !isIntersecting }, { isIntersecting }]))
    }
    observe(): void {}
    disconnect(): void {}
  }
  vi.stubGlobal('IntersectionObserver', Observer)
  const sight = new Sight()
  sight.watch({} as Element)
  return { sight, move: (isIntersecting) => moves.forEach((each) => each(isIntersecting)) }
}

test('what is out of sight keeps what it showed, and is made anew when it comes back', () => {
  const { sight, move } = observedSight()
  const newest = vi.fn(() => newest.mock.calls.length)
  const value = sight.keep(newest)
  expect(value()).toBe(1)
  move(false)
  expect([value(), value()]).toEqual([1, 1])
  move(true)
  expect(value()).toBe(2)
})

test('what is never in sight is made once', () => {
  const { sight, move } = observedSight()
  move(false)
  const value = sight.keep(() => 'first')
  expect(value()).toBe('first')
})

test('closer points arrive one metric after the other, and not once another window is wanted', async () => {
  vi.useFakeTimers()
  const one = new Float64Array([1])
  const curve = { steps: one, elapsedMs: one, values: one, count: 1 }
  const curves = [
    { ...curve, metric: 'loss.total' },
    { ...curve, metric: 'speed' },
  ]
  const api = new ScriptedApi({ 'runs.curves': async () => [{ runId: 'run-1', curves, timeline: emptyTimeline }] })
  const frames: (() => void)[] = []
  const detail = new CurveDetail(api, () => new Promise<void>((resolve) => frames.push(resolve)))
  const found = () => ['loss.total', 'speed'].map((metric) => detail.of('run-1', metric)?.upToStep)
  detail.want([{ runId: 'run-1', afterStep: 0, upToStep: 9 }])
  await vi.advanceTimersByTimeAsync(500)
  expect(found()).toEqual([undefined, undefined])
  frames.shift()?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(found()).toEqual([9, undefined])
  detail.want([{ runId: 'run-1', afterStep: 0, upToStep: 5 }])
  frames.shift()?.()
  await vi.advanceTimersByTimeAsync(0)
  expect(found()).toEqual([9, undefined])
  detail.dispose()
})
