/** The built studio in a real Electron, whose queue is given one experiment of seconds after another. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { fillStore } from '#test/support/real-trainer.ts'
import { ask, launchStudio, show, storeFolderIn, unlessCollected, type OpenStudio } from '../e2e/launch.ts'
import { holdingOf, mostOf, nothingHeld, type Holding, type Sample } from './sample.ts'

const lookEveryMs = 250

/** A studio with a small network and few images. @param folder of its store and of Chromium's files */
export async function openSoakApp(folder: string): Promise<OpenStudio> {
  const store = storeFolderIn(folder)
  if (!existsSync(join(store, 'studio.sqlite'))) await fillStore(store)
  const studio = await launchStudio(folder)
  await ask(studio.page, 'studio.update-settings', { places: 1 })
  return studio
}

/** Runs an experiment to its end, and looks at what it did as a person would; throws unless it is completed. */
export async function runOne(studio: OpenStudio, seed: number): Promise<Sample['held']> {
  const { page } = studio
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  if (network === undefined || dataset === undefined) throw new Error('The store has no network or data set.')
  const { id } = await ask(page, 'experiments.create', {
    config: { ...spectralDefaults, seed, checkpointEverySteps: 10 },
    networkId: network.id,
    datasetId: dataset.id,
    enqueue: true,
  })
  await show(studio, { name: 'run', experimentId: id })
  let trainer: Holding = nothingHeld
  for (;;) {
    const pids = await processIds(studio)
    trainer = mostOf(trainer, holdingOf(pids.trainer))
    const { record } = await ask(page, 'experiments.get', { id })
    if (record.status === 'completed') break
    if (record.status !== 'queued' && record.status !== 'running')
      throw new Error(`${record.name} is ${record.status}.`)
    await wait(lookEveryMs)
  }
  await show(studio, { name: 'experiments' })
  const { main, window, graphics, network: service } = await processIds(studio)
  return {
    main: holdingOf(main),
    window: holdingOf(window),
    graphics: holdingOf(graphics),
    network: holdingOf(service),
    trainer,
  }
}

async function processIds({ app }: OpenStudio) {
  const processes = await unlessCollected(() =>
    app.evaluate(({ app: running }) =>
      running.getAppMetrics().map(({ pid, type, name = '', serviceName = '' }) => ({
        pid,
        type,
        label: `${name} ${serviceName}`,
      })),
    ),
  )
  const idOf = (type: string, label = /^/) =>
    processes.find((found) => found.type === type && label.test(found.label))?.pid
  return {
    main: idOf('Browser'),
    window: idOf('Tab'),
    graphics: idOf('GPU'),
    network: idOf('Utility', /network/i),
    trainer: idOf('Utility', /trainer/),
  }
}
