import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Toasts } from '#renderer/state/toasts.svelte.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('an error stays until it is closed; the rest leaves by itself', () => {
  const toasts = new Toasts()
  toasts.succeed('Saved')
  toasts.fail('Not saved', { code: 'conflict', message: 'It is running.', remedy: 'Pause it.' })
  vi.advanceTimersByTime(5000)
  expect(toasts.items).toEqual([
    { id: 2, tone: 'negative', title: 'Not saved', detail: 'It is running.', code: 'conflict', remedy: 'Pause it.' },
  ])
  toasts.close(2)
  expect(toasts.items).toEqual([])
})

test('of many the newest five are shown', () => {
  const toasts = new Toasts()
  for (let count = 1; count <= 7; count++) toasts.inform(`Message ${count}`)
  expect(toasts.items.map(({ title }) => title)).toEqual([3, 4, 5, 6, 7].map((count) => `Message ${count}`))
})

test('a closed one and a window that closes leave no timer', () => {
  const toasts = new Toasts()
  toasts.inform('One')
  toasts.inform('Two')
  toasts.close(1)
  toasts.dispose()
  expect(vi.getTimerCount()).toBe(0)
})
