import { onTestFinished, vi } from 'vitest'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { emptyWindowMemory } from '#shared/protocol/window-memory.ts'
import { WindowStudio } from '#renderer/state/studio.svelte.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { ScriptedApi } from '#test/support/scripted-api.ts'

/** Whether the system is dark, as a browser tells a page, which Node has not. */
export function fakeSystemTheme(): { readonly turn: (isDark: boolean) => void; readonly listenerCount: () => number } {
  const query = Object.assign(new EventTarget(), { matches: false })
  const listeners = new Set<unknown>()
  const browserQuery = {
    get matches(): boolean {
      return query.matches
    },
    addEventListener: (type: string, listener: EventListener) => {
      listeners.add(listener)
      query.addEventListener(type, listener)
    },
    removeEventListener: (type: string, listener: EventListener) => {
      listeners.delete(listener)
      query.removeEventListener(type, listener)
    },
  }
  // Contrast is left as it usually is.
  const quietQuery = { matches: false, addEventListener: () => {}, removeEventListener: () => {} }
  vi.stubGlobal('matchMedia', (text: string) => (text.includes('color-scheme') ? browserQuery : quietQuery))
  onTestFinished(() => void vi.unstubAllGlobals())
  return {
    turn: (isDark) => {
      query.matches = isDark
      query.dispatchEvent(Object.assign(new Event('change'), { matches: isDark }))
    },
    listenerCount: () => listeners.size,
  }
}

/** A loaded studio with one network and one data set, and the answers of a test. */
export async function openStudio(
  answers: Partial<CommandHandlers> = {},
): Promise<{ readonly studio: WindowStudio; readonly api: ScriptedApi }> {
  fakeSystemTheme()
  const api = new ScriptedApi({
    'networks.list': async () => [networkRecord()],
    'datasets.list': async () => [datasetRecord()],
    'experiments.list': async () => ({ items: [], total: 0 }),
    'files.recent': async () => [],
    'window.memory': async () => emptyWindowMemory,
    'queue.list': async () => ({ isActive: true, places: 1, running: [], waiting: [], paused: [] }),
    ...answers,
  })
  const studio = new WindowStudio(api)
  onTestFinished(() => studio.dispose())
  await studio.load()
  api.asked.length = 0
  return { studio, api }
}
