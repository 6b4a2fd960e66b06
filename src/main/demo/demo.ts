import { setTimeout as wait } from 'node:timers/promises'
import { type BrowserWindow, nativeTheme } from 'electron'
import { toAppError, unwrap } from '#shared/basics/result.ts'
import type { ExperimentSubject } from '#shared/experiment/present-experiment.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import { formatAccuracies } from '#shared/plain-text/comparison-table.ts'
import { formatResult } from '#shared/plain-text/result-table.ts'
import type { Place } from '#shared/protocol/events.ts'
import { untilTraining, withProgress } from './progress.ts'
import {
  create,
  enqueueBaselines,
  leftInQueue,
  ofEarlierDemo,
  presetConfig,
  provideSample,
  untilEnded,
  type DemoExperiment,
  type DemoStudio,
} from './sample-experiment.ts'
import { photograph } from './screenshots.ts'

export interface DemoOptions {
  readonly studio: DemoStudio
  readonly window: BrowserWindow
  readonly show: (place: Place) => void
  /** Of the compression by a predictor. */
  readonly presetId: string
  /** Folder for pictures of every screen; none are taken without. */
  readonly screenshots?: string
  /** Tells how far it is, one line at a time. */
  readonly say: (line: string) => void
}

/** How long Home stays before the first run is shown, for the eye ... */
const lookAtHomeMs = 2_500
/** ... and how long a result, before the next part begins. */
const lookAtResultMs = 4_000

/** What each part is, on stdout and in the notes of its experiments. */
const parts = {
  spectral:
    'Part 1 of 3, spectral codes: kernels are coded as pictures are, in seconds. No image is used but to measure the accuracy.',
  baselines:
    'Part 2 of 3, baselines: the same kernels in fewer bits, by rounding and by k-means. They are what a compression has to beat.',
  nern: 'Part 3 of 3, NeRN: a small network, the predictor, learns to compute the kernels. This takes some minutes.',
} as const

/**
 * `npm run demo`: the sample network and CIFAR-10, compressed by spectral codes, by the standard baselines and by a
 * predictor: real experiments through the real queue, watched live, then compared on one picture. Uses the studio only
 * through its commands. A demo that was ended goes on with what it left, and baselines are not measured again.
 *
 * @returns whether all experiments completed; what went wrong has been said
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { studio, show, say, presetId } = options
  try {
    const nernConfig = presetConfig(compressPresets, presetId)
    const spectralConfig = presetConfig(spectralPresets, 'spectral')
    const { network, dataset } = await provideSample(studio)
    const subject = { networkId: network.id, datasetId: dataset.id }
    say(`Sample network: ${network.name} (${network.title}); data set: ${dataset.name}.`)
    show({ name: 'home' })
    await wait(lookAtHomeMs)

    // It runs already, and what was new now would wait behind it.
    const left = await leftInQueue(studio, nernConfig, subject)
    const find = left === undefined ? leftInQueue : ofEarlierDemo
    const spectral = (await find(studio, spectralConfig, subject)) ?? (await create(studio, spectralConfig, subject))
    await watch(options, spectral, parts.spectral)
    await wait(lookAtResultMs)
    const baselines = await runBaselines(options, subject, spectral)
    const nern = left ?? (await create(studio, nernConfig, subject))
    await watch(options, nern, parts.nern, () =>
      picture(options, 'run-live', { name: 'run', experimentId: nern.id }, 'live'),
    )

    const ids = [spectral, ...baselines, nern].map(({ id }) => id)
    await picturesOfAll(options, subject, { spectral, nern, ids })
    say('All of them on one picture, accuracy against bytes, on the page Compare:')
    say(formatAccuracies(unwrap(await studio.invoke('experiments.compare', { ids, split: 'test' }))))
    show({ name: 'compare', ids })
    return true
  } catch (thrown) {
    const { message, where, remedy } = toAppError(thrown)
    say(`The demo stopped: ${[message, where, remedy].filter((part) => part !== undefined).join(' ')}`)
    return false
  }
}

/**
 * Shows the run of an experiment until it ends, and says its result.
 * @param about what it is, for its notes
 * @param atTraining once there is something to see
 */
async function watch(
  { studio, show, say }: DemoOptions,
  experiment: DemoExperiment,
  about: string,
  atTraining: () => Promise<void> = async () => {},
): Promise<void> {
  const { id, name } = experiment
  say(about)
  await note(studio, experiment, about)
  say(`Showing the run of ${name}.`)
  show({ name: 'run', experimentId: id })
  const ended = await withProgress(studio, experiment, say, async () => {
    await untilTraining(studio, experiment)
    await atTraining()
    return untilEnded(studio, id)
  })
  say(`Experiment ${name} completed.`)
  say(formatResult(ended))
}

/** Queues the standard baselines and shows them beside `first`: the picture fills as they end. */
async function runBaselines(
  { studio, show, say }: DemoOptions,
  subject: ExperimentSubject,
  first: DemoExperiment,
): Promise<readonly DemoExperiment[]> {
  say(parts.baselines)
  const baselines = await enqueueBaselines(studio, subject)
  show({ name: 'compare', ids: [first, ...baselines].map(({ id }) => id) })
  for (const baseline of baselines) {
    await note(studio, baseline, parts.baselines)
    await withProgress(studio, baseline, say, () => untilEnded(studio, baseline.id))
    say(`Experiment ${baseline.name} completed.`)
  }
  return baselines
}

async function note(studio: DemoStudio, { id }: DemoExperiment, notes: string): Promise<void> {
  unwrap(await studio.invoke('experiments.update', { id, notes }))
}

interface Compared {
  readonly spectral: DemoExperiment
  readonly nern: DemoExperiment
  /** Of all experiments. */
  readonly ids: readonly string[]
}

async function picturesOfAll(
  options: DemoOptions,
  { networkId, datasetId }: ExperimentSubject,
  { spectral, nern, ids }: Compared,
): Promise<void> {
  const places: readonly (readonly [string, Place])[] = [
    ['home', { name: 'home' }],
    ['compress', { name: 'compress-network' }],
    ['compress-network', { name: 'compress-network', networkId }],
    ['networks', { name: 'networks' }],
    ['network', { name: 'network', id: networkId }],
    ['datasets', { name: 'datasets' }],
    ['dataset', { name: 'dataset', id: datasetId }],
    ['new-experiment', { name: 'new-experiment' }],
    ['experiments', { name: 'experiments' }],
    ['queue', { name: 'queue' }],
    ['run-spectral', { name: 'run', experimentId: spectral.id }],
    ['run', { name: 'run', experimentId: nern.id }],
    ['compare', { name: 'compare', ids }],
    ['doctor', { name: 'doctor' }],
    ['settings', { name: 'settings' }],
  ]
  for (const [name, place] of places) await picture(options, name, place, 'still')
}

async function picture(
  { screenshots, window, show, say }: DemoOptions,
  name: string,
  place: Place,
  moment: 'live' | 'still',
): Promise<void> {
  if (screenshots === undefined || window.isDestroyed()) return
  const photographer = { page: window.webContents, nativeTheme, show, folder: screenshots }
  const names = await photograph(photographer, name, place, moment)
  say(`Saved ${names.join(' and ')}.`)
}
