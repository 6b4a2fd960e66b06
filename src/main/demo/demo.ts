import { setTimeout as wait } from 'node:timers/promises'
import { type BrowserWindow, nativeTheme } from 'electron'
import type { Place } from '#shared/protocol/contract.ts'
import { formatResult } from '#shared/plain-text/result-table.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { toAppError } from '#shared/basics/result.ts'
import { enqueueSample, provideSample, untilEnded, type DemoStudio } from './sample-experiment.ts'
import { photograph } from './screenshots.ts'

export interface DemoOptions {
  readonly studio: DemoStudio
  readonly window: BrowserWindow
  readonly show: (place: Place) => void
  readonly presetId: string
  /** Folder for pictures of every screen; none are taken without. */
  readonly screenshots?: string
  /** Tells how far it is, one line at a time. */
  readonly say: (line: string) => void
}

/** How long Home stays before the run is shown, for the eye. */
const lookAtHomeMs = 2_500
const sayEveryMs = 15_000
/** Enough for curves to be seen. */
const stepsToSee = 100

/**
 * `npm run demo`: the sample network and CIFAR-10, one real experiment through the real queue, watched live, then
 * compared with the original. Uses the studio only through its commands.
 *
 * @returns whether the experiment completed; what went wrong has been said
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { studio, show, say, presetId } = options
  try {
    const { network, dataset } = await provideSample(studio)
    say(`Sample network: ${network.name} (${network.title}); data set: ${dataset.name}.`)
    show({ name: 'home' })
    await wait(lookAtHomeMs)
    const { id, name } = await enqueueSample(studio, presetId, network.id, dataset.id)
    say(`Experiment ${name} is in the queue.`)
    show({ name: 'run', experimentId: id })
    const ended = await withProgress(studio, id, say, async () => {
      await untilTraining(studio, id)
      await picture(options, 'run-live', { name: 'run', experimentId: id })
      return untilEnded(studio, id)
    })
    say(`Experiment ${ended.name} completed.`)
    say(formatResult(ended))
    await picturesOfAll(options, { networkId: network.id, datasetId: dataset.id, experimentId: id })
    show({ name: 'compare', ids: [id] })
    return true
  } catch (thrown) {
    const { message, where, remedy } = toAppError(thrown)
    say(`The demo stopped: ${[message, where, remedy].filter((part) => part !== undefined).join(' ')}`)
    return false
  }
}

/** Resolves when there is something to see, or at the end. */
function untilTraining(studio: DemoStudio, id: string): Promise<void> {
  return new Promise((resolve) => {
    const stops = [
      studio.events.on('run-metrics', ({ run }) => {
        if (run.experimentId === id && run.step >= Math.min(stepsToSee, run.totalSteps / 2)) done()
      }),
      studio.events.on('experiment-changed', (experiment) => {
        if (experiment.id === id && experiment.status !== 'running' && experiment.status !== 'queued') done()
      }),
    ]
    const done = (): void => {
      for (const stop of stops) stop()
      resolve()
    }
  })
}

/** Says from time to time how far the run is while `work` goes on. */
async function withProgress<T>(
  studio: DemoStudio,
  id: string,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  let latest: ExperimentRecord['latestRun']
  const stop = studio.events.on('run-metrics', ({ run }) => {
    if (run.experimentId === id) latest = run
  })
  const timer = setInterval(() => {
    if (latest === undefined) return
    const { phase = 'starting', step, totalSteps, remainingSeconds } = latest
    const rest = remainingSeconds === undefined ? '' : `, about ${Math.ceil(remainingSeconds)} s left`
    say(`${phase}: step ${step} of ${totalSteps}${rest}`)
  }, sayEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    stop()
  }
}

interface Shown {
  readonly networkId: string
  readonly datasetId: string
  readonly experimentId: string
}

async function picturesOfAll(options: DemoOptions, { networkId, datasetId, experimentId }: Shown): Promise<void> {
  const places: readonly (readonly [string, Place])[] = [
    ['home', { name: 'home' }],
    ['networks', { name: 'networks' }],
    ['network', { name: 'network', id: networkId }],
    ['datasets', { name: 'datasets' }],
    ['dataset', { name: 'dataset', id: datasetId }],
    ['new-experiment', { name: 'new-experiment' }],
    ['experiments', { name: 'experiments' }],
    ['queue', { name: 'queue' }],
    ['run', { name: 'run', experimentId }],
    ['compare', { name: 'compare', ids: [experimentId] }],
    ['doctor', { name: 'doctor' }],
    ['settings', { name: 'settings' }],
  ]
  for (const [name, place] of places) await picture(options, name, place)
}

async function picture(options: DemoOptions, name: string, place: Place): Promise<void> {
  const { screenshots, window, show, say } = options
  if (screenshots === undefined || window.isDestroyed()) return
  const names = await photograph({ page: window.webContents, nativeTheme, show, folder: screenshots }, name, place)
  say(`Saved ${names.join(' and ')}.`)
}
