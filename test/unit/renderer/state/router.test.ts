import { expect, test } from 'vitest'
import { Router } from '#renderer/state/router.svelte.ts'

test('opening a place after going back drops what lay ahead', () => {
  const router = new Router()
  router.open({ name: 'networks' })
  router.open({ name: 'network', id: 'a' })
  router.back()
  router.open({ name: 'queue' })
  expect([router.route, router.canGoBack, router.canGoForward]).toEqual([{ name: 'queue' }, true, false])
  router.back()
  expect([router.route, router.title]).toEqual([{ name: 'networks' }, 'Networks - NeRN Studio'])
})

test('opening the place that is open adds nothing to go back to', () => {
  const router = new Router()
  router.open({ name: 'home' })
  expect(router.canGoBack).toBe(false)
})

test('a replaced place cannot be gone back to', () => {
  const router = new Router()
  router.open({ name: 'run', experimentId: 'deleted' })
  router.replace({ name: 'experiments' })
  router.open({ name: 'queue' })
  router.back()
  expect(router.route).toEqual({ name: 'experiments' })
})

test('of a long way the last hundred places are kept', () => {
  const router = new Router()
  for (let place = 0; place < 150; place++) router.open({ name: 'network', id: String(place) })
  let steps = 0
  for (; router.canGoBack; steps++) router.back()
  expect([steps, router.route]).toEqual([99, { name: 'network', id: '50' }])
})

test('a place is gone back to as far down as it was left', () => {
  const router = new Router()
  expect(router.isAtStart).toBe(true)
  router.open({ name: 'networks' })
  router.scrollTop = 300
  router.open({ name: 'queue' })
  expect([router.scrollTop, router.isAtStart]).toEqual([0, false])
  router.back()
  expect(router.scrollTop).toBe(300)
})
