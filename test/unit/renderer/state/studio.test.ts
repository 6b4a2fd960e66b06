import { expect, onTestFinished, test, vi } from 'vitest'
import { WindowClock } from '#renderer/state/clock.svelte.ts'
import { Preferences } from '#renderer/state/preferences.svelte.ts'
import { WindowStudio } from '#renderer/state/studio.svelte.ts'
import { defaultSettings, type Settings } from '#shared/protocol/settings.ts'
import { refusal, ScriptedApi } from '#test/support/scripted-api.ts'
import { fakeSystemTheme, openStudio } from '../support.ts'

const settings = (theme: Settings['theme']): Settings => ({ ...defaultSettings, theme })

test('high contrast is a theme of its own brightness', async () => {
  fakeSystemTheme()
  const api = new ScriptedApi({ 'studio.settings': async () => settings('contrast-dark') })
  const preferences = new Preferences(api)
  expect(preferences.hasHighContrast).toBe(false)
  await preferences.settings.load()
  expect([preferences.theme, preferences.hasHighContrast]).toEqual(['dark', true])
  preferences.dispose()
})

test('the theme is that of the system until one is chosen', async () => {
  const system = fakeSystemTheme()
  const api = new ScriptedApi({ 'studio.settings': async () => settings('system') })
  const preferences = new Preferences(api)
  await preferences.settings.load()
  const before = preferences.theme
  system.turn(true)
  expect([before, preferences.theme]).toEqual(['light', 'dark'])
  api.announce('settings-changed', settings('light'))
  expect(preferences.theme).toBe('light')
})

test('an action that fails is told in a toast, with what was tried', async () => {
  const { studio } = await openStudio({
    'networks.remove': async () => {
      throw refusal('conflict', 'It is used by 9 experiments.')
    },
    'datasets.remove': async () => undefined,
  })
  expect(await studio.act('Not deleted', 'networks.remove', { id: 'net-1' })).toBeUndefined()
  expect(await studio.act('Not deleted', 'datasets.remove', { id: 'data-1' })).toEqual({ value: undefined })
  expect(studio.toasts.items).toMatchObject([{ title: 'Not deleted', detail: 'It is used by 9 experiments.' }])
})

test('a channel that breaks reads like any other failure', async () => {
  const { studio, api } = await openStudio()
  Object.assign(api, { invoke: () => Promise.reject(new Error('The port is closed.')) })
  expect(await studio.ask('queue.list', {})).toMatchObject({ ok: false, error: { code: 'internal' } })
})

test('a place that something outside asks for opens', async () => {
  const { studio, api } = await openStudio()
  api.announce('place-requested', { name: 'run', experimentId: 'a' })
  expect(studio.router.route).toEqual({ name: 'run', experimentId: 'a' })
})

test('a closed window listens to nothing', () => {
  const system = fakeSystemTheme()
  const api = new ScriptedApi()
  const studio = new WindowStudio(api)
  expect(api.listenerCount).toBeGreaterThan(0)
  studio.dispose()
  expect([api.listenerCount, system.listenerCount()]).toEqual([0, 0])
})

test('the time of day ticks every half minute until the window closes', () => {
  vi.useFakeTimers({ now: 1000 })
  onTestFinished(() => void vi.useRealTimers())
  const clock = new WindowClock()
  vi.advanceTimersByTime(29_999)
  const before = clock.nowMs
  vi.advanceTimersByTime(1)
  expect([before, clock.nowMs]).toEqual([1000, 31_000])
  clock.dispose()
  expect(vi.getTimerCount()).toBe(0)
})
