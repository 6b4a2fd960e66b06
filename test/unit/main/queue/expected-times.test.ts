import { expect, it } from 'vitest'
import { sha256Of } from '#main/files/sha256.ts'
import { ExpectedTimes } from '#main/queue/expected-times.ts'
import { Places } from '#main/queue/places.ts'
import type { Store } from '#main/store/store.ts'
import { stageKey } from '#shared/experiment/stage-times.ts'
import { evaluationStage, startOf } from '#shared/experiment/stages.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { packagingStage, roundingStage } from '#shared/methods/nern/stages.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { trainingStage } from '#shared/training/stages.ts'
import { networkRecord } from '#test/support/records.ts'
import { openFilledStore } from '#test/support/store.ts'

const oneCore = { cores: 1, memoryBytes: 2 ** 30 }

function timesOf(store: Store, chosenPlaces = 0, machine = oneCore): ExpectedTimes {
  return new ExpectedTimes({ store, places: new Places(machine, () => chosenPlaces) })
}

const config = {
  ...fastConfig,
  reconstruction: { ...fastConfig.reconstruction, steps: 100 },
  distillation: { ...fastConfig.distillation, steps: 0 },
  quantisation: { ...fastConfig.quantisation, steps: 0 },
  evaluation: { ...fastConfig.evaluation, images: 1000 },
}
const subject = { networkId: 'net-1', datasetId: 'data-1' }
const timed = { config, network: networkRecord() }

it('knows nothing of a run of which nothing was ever measured', async () => {
  const times = timesOf(await openFilledStore())
  expect(await times.secondsOf({ config, ...subject }, defaultExecutor)).toBeUndefined()
})

it('adds up what was measured, whatever the number of steps was then', async () => {
  const store = await openFilledStore()
  const key = stageKey(
    { ...timed, config: { ...config, seed: 9, reconstruction: { ...config.reconstruction, steps: 7 } } },
    sha256Of,
  )
  store.stageTimes.save(defaultExecutor, {
    [key('reconstruction')]: 0.5,
    [key(startOf('reconstruction'))]: 2,
    [key(evaluationStage)]: 0.1,
    [key(roundingStage)]: 1,
    [key(packagingStage)]: 3,
  })
  const times = timesOf(store)
  // 250 images of CIFAR a batch: 4 after the steps, and at the end 20 and 40 of both networks.
  const batches = 4 + 2 * (20 + 40)
  expect(await times.secondsOf({ config, ...subject }, defaultExecutor)).toBeCloseTo(50 + 2 + 0.1 * batches + 1 + 3)
  expect(await times.secondsOf({ config, ...subject }, { ...defaultExecutor, threads: 3 })).toBeUndefined()
  const other = { ...config, predictor: { ...config.predictor, hiddenSize: 7 } }
  expect(await times.secondsOf({ config: other, ...subject }, defaultExecutor)).toBeUndefined()
})

it('knows the training of a network from random weights', async () => {
  const store = await openFilledStore()
  const training = { ...trainDefaults, epochs: 3, evaluateEveryEpochs: 2 }
  const key = stageKey({ config: training }, sha256Of)
  store.stageTimes.save(defaultExecutor, { [key(trainingStage)]: 0.2, [key(evaluationStage)]: 0.1 })
  const steps = 3 * Math.floor(45_000 / training.batchSize)
  const evaluations = 20 * (2 + 1) + 40
  expect(await timesOf(store).secondsOf({ config: training, datasetId: 'data-1' }, defaultExecutor)).toBeCloseTo(
    0.2 * steps + 1 + 0.1 * evaluations,
  )
})

it('knows nothing of a run whose network or data set is gone', async () => {
  const times = timesOf(await openFilledStore())
  expect(await times.secondsOf({ config, networkId: 'gone', datasetId: 'data-1' }, defaultExecutor)).toBeUndefined()
  expect(await times.secondsOf({ config, networkId: 'net-1', datasetId: 'gone' }, defaultExecutor)).toBeUndefined()
})

it('knows what a place of several takes, by what was measured with its threads', async () => {
  const store = await openFilledStore()
  const training = { ...trainDefaults, epochs: 1 }
  const key = stageKey({ config: training }, sha256Of)
  store.stageTimes.save({ ...defaultExecutor, threads: 4 }, { [key(trainingStage)]: 1, [key(evaluationStage)]: 1 })
  const work = { config: training, datasetId: 'data-1' }
  const machine = { cores: 8, memoryBytes: 32 * 2 ** 30 }
  expect(await timesOf(store, 2, machine).secondsOf(work, defaultExecutor)).toBeGreaterThan(0)
  expect(await timesOf(store, 1, machine).secondsOf(work, defaultExecutor)).toBeUndefined()
})
