import { expect, test } from 'vitest'
import { emptyWindowMemory, type WindowMemory } from '#shared/protocol/window-memory.ts'
import { initialLayout } from '#renderer/state/experiments-table.svelte.ts'
import { openStudio } from '../support.ts'

async function openAgain(memory: WindowMemory) {
  return openStudio({ 'window.memory': async () => memory, 'window.remember': async () => undefined })
}

test('a window comes back to its page, its table and its sidebar', async () => {
  const first = await openAgain(emptyWindowMemory)
  expect(first.studio.router.route).toEqual({ name: 'home' })
  first.studio.table.layout = { ...initialLayout, filter: 'size < 100 KiB', grouping: ['method'] }
  first.studio.table.scroll = { top: 760, left: 12 }
  first.studio.router.open({ name: 'run', experimentId: 'exp-1' })
  first.studio.router.scrollTop = 420
  first.studio.memory.keepLayout({ sidebarWidth: 300 })
  first.studio.place.keep()
  first.studio.memory.flush()
  const [written] = first.api.inputsOf('window.remember')

  const { studio } = await openAgain(written as WindowMemory)
  expect([studio.router.route, studio.router.scrollTop]).toEqual([{ name: 'run', experimentId: 'exp-1' }, 420])
  expect([studio.router.canGoBack, studio.memory.sidebarWidth]).toEqual([false, 300])
  expect([studio.table.layout.filter, studio.table.layout.grouping]).toEqual(['size < 100 KiB', ['method']])
  expect(studio.table.scroll).toEqual({ top: 760, left: 12 })
})

test('what led elsewhere meanwhile goes before the page of the last start', async () => {
  const { studio } = await openAgain(emptyWindowMemory)
  studio.router.open({ name: 'networks' })
  studio.memory.keepLayout({ place: { name: 'queue' } })
  studio.place.comeBack()
  expect(studio.router.route).toEqual({ name: 'networks' })
})

test('nothing is kept before the window has come back', async () => {
  const { studio, api } = await openAgain({ forms: [], layout: { place: { name: 'queue' } } })
  expect(studio.router.route).toEqual({ name: 'queue' })
  studio.place.keep()
  studio.memory.flush()
  expect(api.inputsOf('window.remember')).toMatchObject([{ layout: { place: { name: 'queue' } } }])
})

test('of a file that was dropped only the page is kept, of a comparison its experiments', async () => {
  const { studio } = await openAgain(emptyWindowMemory)
  studio.router.open({ name: 'compress-network', networkId: 'net-1' })
  studio.place.keep()
  expect(studio.memory.layout.place).toEqual({ name: 'compress-network', networkId: 'net-1' })
  studio.router.open({ name: 'compare', ids: ['a', 'b'], tab: 'flips' })
  studio.place.keep()
  expect(studio.memory.layout.place).toEqual({ name: 'compare', ids: ['a', 'b'] })
})
