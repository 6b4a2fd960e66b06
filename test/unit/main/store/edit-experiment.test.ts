import { describe, expect, test } from 'vitest'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { AppException } from '#shared/basics/result.ts'
import { openFilledStore } from '#test/support/store.ts'

const draft = { name: 'Mine', config: fastConfig, networkId: 'net-1', datasetId: 'data-1' } as const

describe('an experiment that has not run', () => {
  test('can be given another configuration, waiting or not', async () => {
    const { experiments } = await openFilledStore()
    const { id } = experiments.insert(draft)
    experiments.edit(id, { ...draft, name: 'Other', config: { ...fastConfig, seed: 5 } })
    experiments.transition(id, 'enqueue')
    experiments.edit(id, { ...draft, name: 'Third', config: { ...fastConfig, seed: 6 } })
    expect(experiments.get(id)).toMatchObject({ name: 'Third', status: 'queued', config: { seed: 6 } })
    expect(experiments.summary(id).configDigest).not.toBe(
      experiments.summary(experiments.insert(draft).id).configDigest,
    )
  })

  test('keeps what it was cloned from, also when that is gone', async () => {
    const { experiments } = await openFilledStore()
    const origin = experiments.insert(draft)
    const { id } = experiments.insert({ ...draft, clonedFrom: origin.id })
    expect([experiments.get(id).clonedFrom, experiments.nameOf(origin.id)]).toEqual([origin.id, 'Mine'])
    experiments.remove([origin.id])
    expect([experiments.get(id).clonedFrom, experiments.nameOf(origin.id)]).toEqual([origin.id, undefined])
  })
})

test('one that has run stays what it was run with', async () => {
  const { experiments, runs } = await openFilledStore()
  const { id } = experiments.insert(draft)
  experiments.transition(id, 'enqueue')
  experiments.transition(id, 'dispatch')
  expect(() => experiments.edit(id, draft)).toThrow(AppException)
  runs.start(id, { executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  experiments.transition(id, 'fail')
  expect(() => experiments.edit(id, draft)).toThrow('Mine has run: its configuration stays what it was run with.')
})
