/**
 * npm run bench -- charts [--points 1000000] [--rounds 5]
 *
 * What the charts of a long run cost in the real window, beside a run of 100 points: processor time of window and main from
 * opening the run's page until its charts stand still, and of the window for each frame while its charts are zoomed and
 * moved. Half of the points are of one metric, the rest of nine. Linux only.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Page } from '@playwright/test'
import { Store } from '#main/store/store.ts'
import { metricsOfKind } from '#shared/measures/metrics.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { launchStudio, quit, show, storeFolderIn, type OpenStudio } from '../e2e/launch.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { median } from './steps/rounds.ts'
import { processesOf, processorMs, type StudioProcesses } from './window/processor-time.ts'
import { turnWheel, type Wheel } from './window/wheel-in-page.ts'

const { values: options } = parseArgs({
  options: { points: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '5' } },
})
const points = Number(options.points)
const rounds = Number(options.rounds)
const fewPoints = 100

const loadAtStart = loads()
const folder = await mkdtemp(join(tmpdir(), 'nern-bench-charts-'))
try {
  const { long, short } = await filledStore()
  console.log(`${processorAndSystem()}; load at the start ${loadAtStart}.\n`)
  const studio = await launchStudio(folder)
  try {
    const processes = await processesOf(studio)
    // The first times compile what all later ones use.
    for (const id of [short, long]) await open(studio, processes, id)
    const opened: { readonly short: number; readonly long: number }[] = []
    for (let round = 0; round < rounds; round++) {
      opened.push({ short: await open(studio, processes, short), long: await open(studio, processes, long) })
    }
    const [few, many] = [median(opened.map((round) => round.short)), median(opened.map((round) => round.long))]
    await show(studio, { name: 'run', experimentId: long })
    const inSight = await bringIntoSight(studio.page)
    await settled(studio.page, processes)
    const zoomed = await frames(studio.page, processes, { ctrlKey: true, deltaX: 0, deltaY: -20 })
    const moved = await frames(studio.page, processes, { ctrlKey: false, deltaX: 12, deltaY: 0 })
    console.log(
      markdownTable(
        ['processor time, ms', 'median', '95th percentile', 'aim'],
        [
          [`opening a run of ${fewPoints} points`, digits(few), '', ''],
          [`opening a run of ${points.toLocaleString('en')} points`, digits(many), '', `${digits(few + 500)}`],
          [`frame of a zoom, ${inSight} charts in sight`, ...summary(zoomed), '16'],
          [`frame of a move, ${inSight} charts in sight`, ...summary(moved), '16'],
        ],
      ),
    )
  } finally {
    await quit(studio)
  }
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(0)

async function filledStore(): Promise<{ readonly long: string; readonly short: string }> {
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'bench', clock: new FakeClock() })
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  const ids = [points, fewPoints].map((count) => filledRun(store, count))
  await store.close()
  const [long = '', short = ''] = ids
  return { long, short }
}

function filledRun(store: Store, count: number): string {
  const name = `${count} points`
  const { id } = store.experiments.insert({ name, config: fastConfig, networkId: 'net-1', datasetId: 'data-1' })
  store.experiments.transition(id, 'enqueue')
  store.experiments.transition(id, 'dispatch')
  const run = store.runs.start(id, { executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  const [longest, ...others] = metricsOfKind('compress')
  if (longest === undefined) throw new Error('a compression emits no metric')
  addSeries(store, run.id, longest, count / 2)
  for (const metric of others) addSeries(store, run.id, metric, Math.ceil(count / 2 / others.length))
  store.runs.end(run.id, 'cancelled')
  store.experiments.transition(id, 'cancel')
  return id
}

function addSeries(store: Store, runId: string, name: string, count: number): void {
  const batch = 50_000
  for (let start = 0; start < count; start += batch) {
    const added = Array.from({ length: Math.min(batch, count - start) }, (_, index) => {
      const step = start + index + 1
      return { name, step, elapsedMs: 20 * step, value: 1 + 0.1 * Math.sin(step) }
    })
    store.metrics.add(runId, added)
  }
}

/** Processor time of window and main from another page to the charts of a run. */
async function open(studio: OpenStudio, processes: StudioProcesses, experimentId: string): Promise<number> {
  await show(studio, { name: 'settings' })
  await settled(studio.page, processes)
  const before = bothMs(processes)
  await show(studio, { name: 'run', experimentId })
  await studio.page.getByRole('region', { name: 'Charts', exact: true }).locator('canvas').first().waitFor()
  await settled(studio.page, processes)
  return bothMs(processes) - before
}

function bothMs({ main, window }: StudioProcesses): number {
  return processorMs(window) + processorMs(main)
}

/** Scrolls to the charts, as a reader has before zooming them; resolves to how many are in sight, and of how many. */
async function bringIntoSight(page: Page): Promise<string> {
  await page.getByRole('region', { name: 'Charts', exact: true }).evaluate((card) => card.scrollIntoView())
  return page.locator('.u-over').evaluateAll((plots) => {
    const areInSight = plots.filter((plot) => {
      const { top, bottom } = plot.getBoundingClientRect()
      return bottom > 0 && top < innerHeight
    })
    return `${areInSight.length} of ${plots.length}`
  })
}

/** Waits until neither process has anything to do. */
async function settled(page: Page, processes: StudioProcesses): Promise<void> {
  for (let isQuiet = false; !isQuiet;) {
    const before = bothMs(processes)
    await page.waitForTimeout(250)
    isQuiet = bothMs(processes) - before < 8
  }
}

/** Processor time of the window for each of many turns of the wheel over a chart, a frame each. */
async function frames(page: Page, { window: pid }: StudioProcesses, wheel: Wheel): Promise<readonly number[]> {
  const times: number[] = []
  for (let frame = -5; frame < 60; frame++) {
    const before = processorMs(pid)
    await page.evaluate(turnWheel, wheel)
    if (frame >= 0) times.push(processorMs(pid) - before)
  }
  return times
}

function summary(times: readonly number[]): readonly [string, string] {
  const sorted = times.toSorted((a, b) => a - b)
  return [digits(median(times)), digits(sorted[Math.floor(0.95 * (sorted.length - 1))] ?? NaN)]
}
