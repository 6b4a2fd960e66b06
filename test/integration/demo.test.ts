import { expect, test } from 'vitest'
import { create, enqueueBaselines, leftInQueue, ofEarlierDemo, presetConfig } from '#main/demo/sample-experiment.ts'
import { standardBaselineIds } from '#shared/methods/direct/presets.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import { call, fillLibrary, openStudio } from '../support/studio.ts'

const config = presetConfig(spectralPresets, 'spectral')

/** A studio that runs nothing, so that what is queued stays queued. */
async function stillStudio() {
  const studio = await openStudio()
  const { network, dataset } = await fillLibrary(studio)
  await call(studio, 'queue.set-active', { isActive: false })
  return { studio, subject: { networkId: network.id, datasetId: dataset.id } }
}

test('a demo finds what an earlier one left in the queue, of the same network and images', async () => {
  const { studio, subject } = await stillStudio()
  expect(await leftInQueue(studio, config, subject)).toBeUndefined()
  const first = await create(studio, config, subject)
  expect(await leftInQueue(studio, config, subject)).toMatchObject({ id: first.id })
  expect(await ofEarlierDemo(studio, config, subject)).toMatchObject({ id: first.id })
  expect(await leftInQueue(studio, config, { ...subject, datasetId: 'another' })).toBeUndefined()
  expect(await leftInQueue(studio, { ...config, seed: 2 }, subject)).toBeUndefined()
  await call(studio, 'queue.cancel', { ids: [first.id] })
  expect(await ofEarlierDemo(studio, config, subject)).toBeUndefined()
})

test('a demo queues each standard baseline once', async () => {
  const { studio, subject } = await stillStudio()
  const names = (await enqueueBaselines(studio, subject)).map(({ name }) => name)
  expect((await enqueueBaselines(studio, subject)).map(({ name }) => name)).toEqual(names)
  expect(names).toEqual(['small float16', 'small int8', 'small int6', 'small int4', 'small k-means 3 bit'])
  expect((await call(studio, 'experiments.list', {})).total).toBe(standardBaselineIds.length)
})

test('an unknown preset is refused with the names of those that there are', () => {
  expect(() => presetConfig(spectralPresets, 'none')).toThrow(
    expect.objectContaining({
      code: 'not-found',
      message: 'There is no preset none.',
      remedy: 'Name one of spectral, spectral-distilled, entropy-qat.',
    }),
  )
})
