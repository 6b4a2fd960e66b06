import { expect, it } from 'vitest'
import type { ViewDefinition } from '#shared/experiment/saved-view.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { openFilledStore, openStore } from '#test/support/store.ts'

const view: ViewDefinition = {
  filter: 'size < 100 KiB',
  columns: [{ field: 'name', width: 200, isPinned: true }, { field: 'config.predictor.hiddenSize' }],
  order: [{ field: 'drop', isDescending: false }],
  groups: ['network'],
  shows: 'current',
}

it('keeps what waits out of lists and queue, and gives it back its place', async () => {
  const store = await openFilledStore()
  const { experiments } = store
  const [a = '', b = '', c = ''] = ['a', 'b', 'c'].map(
    (name) => experiments.insert({ name, config: fastConfig, networkId: 'net-1', datasetId: 'data-1' }).id,
  )
  for (const id of [a, b, c]) experiments.transition(id, 'enqueue')
  experiments.update(b, { isArchived: true })
  const before = experiments.summary(b)
  experiments.trash([b])
  expect(experiments.find({}).ids).toEqual([c, a])
  expect(experiments.find({ isTrashed: true })).toEqual({ ids: [b], total: 1 })
  expect(experiments.queue.ids('queued')).toEqual([a, c])
  expect([experiments.queue.position(c), experiments.queue.heads([])]).toEqual([2, [{ id: a }]])
  expect(experiments.summary(b)).toEqual({ ...before, trashedAt: '2030-01-02T03:04:05.000Z' })
  experiments.restore([b])
  expect(experiments.summary(b)).toEqual(before)
  expect(experiments.queue.ids('queued')).toEqual([a, b, c])
  // It is out of the trash: what is left to restore is the archive.
  experiments.restore([b])
  expect(experiments.summary(b).isArchived).toBe(false)
  expect(() => experiments.restore(['gone'])).toThrow('There is no experiment gone.')
})

it('keeps views by name, changes them, and takes a removed one back under its id', async () => {
  const store = await openStore()
  const best = store.views.save({ name: 'best', view })
  expect(() => store.views.save({ name: 'BEST', view })).toThrow('There is already a view called BEST.')
  store.views.save({ id: best.id, name: 'Best', view: { ...view, groups: [] } })
  store.views.save({ name: 'all', view: { ...view, filter: '' } })
  expect(store.views.list().map(({ name, view: { groups } }) => [name, groups])).toEqual([
    ['all', ['network']],
    ['Best', []],
  ])
  store.views.remove(best.id)
  expect(() => store.views.remove(best.id)).toThrow('There is no view')
  store.views.save({ id: best.id, name: 'best', view })
  expect(store.views.list().find(({ id }) => id === best.id)).toEqual(best)
})
