/**
 * npm run bench -- window [--experiments 10000] [--points 10000000]
 *
 * What a full store costs in the real window, beside an empty one in the same run: processor time of window and main from
 * the start to a table that can be used, of sorting, filtering and scrolling it, the window's memory, and the time from a
 * click to its paint while a trainer computes. Points as `10M` or `50M` will do. Linux only.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { compressPresetConfig } from '#test/support/preset-config.ts'
import { ask, launchStudio, quit, show, storeFolderIn, type OpenStudio } from '../e2e/launch.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { median } from './steps/rounds.ts'
import { makeLargeStore, pointCount } from './window/large-store.ts'
import { ownMegabytes, processesOf, processorMs, type StudioProcesses } from './window/processor-time.ts'
import { noteClicks, notedClicks, scrollBy, sortBy } from './window/table-in-page.ts'

const { values: options } = parseArgs({
  options: { experiments: { type: 'string', default: '10000' }, points: { type: 'string', default: '10M' } },
})
const experiments = Number(options.experiments)
const points = pointCount(options.points)

const sortedBy = ['Test accuracy', 'Name', 'Ratio', 'Size']
const filters = ['size < 60 KiB', 'drop <= 1.5 and tags has "best so far"', 'max(loss.total) > 1', 'seed 77']

interface Start {
  readonly window: number
  readonly main: number
}

const folders: string[] = []
const loadAtStart = loads()
try {
  const empty = await temporaryFolder()
  const full = await temporaryFolder()
  const bytes = await makeLargeStore(full, experiments, points)
  await addSmallDataset(storeFolderIn(full))
  console.log(
    `${processorAndSystem()}; load at the start ${loadAtStart}. ${experiments} experiments, ${points} points: ` +
      `studio.sqlite has ${(bytes / 1e6).toFixed(0)} MB.\n`,
  )
  // In turns: what the system keeps of the program's files favours neither.
  const starts: { readonly empty: Start; readonly full: Start }[] = []
  for (let round = 0; round < 3; round++) {
    starts.push({ empty: await start(empty), full: await start(full) })
  }
  const cell = (subject: 'empty' | 'full', part: keyof Start) =>
    `${digits(median(starts.map((each) => each[subject][part])))} ms`
  console.log(
    markdownTable(
      ['start to usable table, processor time', 'window', 'main'],
      (['empty', 'full'] as const).map((subject) => [subject, cell(subject, 'window'), cell(subject, 'main')]),
    ),
  )
  const studio = await openTable(full)
  try {
    const processes = await processesOf(studio)
    console.log(
      markdownTable(
        ['', 'median', '95th percentile', 'at most'],
        [
          ['sort, window, ms', ...summary(await sorts(studio, processes)), '100'],
          ['filter, window and main, ms', ...summary(await filtering(studio, processes)), '100'],
          ['frame of a scroll by 100 px, window, ms', ...summary(await scrolls(studio, processes)), '16'],
          ['memory of the window, MB', digits(ownMegabytes(processes.window)), '', '500'],
          ['click to paint beside a trainer, ms', ...summary(await clicks(studio)), '50'],
        ],
      ),
    )
  } finally {
    await quit(studio)
  }
} finally {
  for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
process.exit(0)

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nern-bench-window-'))
  folders.push(folder)
  return folder
}

async function openTable(folder: string): Promise<OpenStudio> {
  const studio = await launchStudio(folder)
  await show(studio, { name: 'experiments' })
  const { page } = studio
  await page.locator('[role="grid"] tr[data-key]').or(page.getByText('No experiments yet')).first().waitFor()
  return studio
}

async function start(folder: string): Promise<Start> {
  const studio = await openTable(folder)
  const { main, window } = await processesOf(studio)
  const used = { window: processorMs(window), main: processorMs(main) }
  await quit(studio)
  return used
}

async function sorts({ page }: OpenStudio, { window }: StudioProcesses): Promise<readonly number[]> {
  return repeated(
    24,
    async (index) => {
      await page.evaluate(sortBy, sortedBy[index % sortedBy.length] ?? '')
      return processorMs(window)
    },
    () => processorMs(window),
  )
}

async function filtering({ page }: OpenStudio, { main, window }: StudioProcesses): Promise<readonly number[]> {
  const both = () => processorMs(window) + processorMs(main)
  const field = page.getByRole('searchbox', { name: 'Filter experiments' })
  return repeated(
    16,
    async (index) => {
      const before = await page.getByText(/^[\d,]+ of [\d,]+$/).textContent()
      await field.fill(index % 2 === 0 ? (filters[(index / 2) % filters.length] ?? '') : '')
      await page.waitForFunction(
        (shown) =>
          [...document.querySelectorAll('span, p')].some(
            ({ textContent }) => /^[\d,]+ of [\d,]+$/.test(textContent.trim()) && textContent !== shown,
          ),
        before,
      )
      return both()
    },
    both,
  )
}

async function scrolls({ page }: OpenStudio, { window }: StudioProcesses): Promise<readonly number[]> {
  return repeated(
    200,
    async () => {
      await page.evaluate(scrollBy, 100)
      return processorMs(window)
    },
    () => processorMs(window),
  )
}

/** What each round adds to a count that only grows; the first rounds, in which code is compiled, do not count. */
async function repeated(
  rounds: number,
  act: (index: number) => Promise<number>,
  count: () => number,
): Promise<readonly number[]> {
  const added: number[] = []
  for (let index = -4; index < rounds; index++) {
    const before = count()
    const after = await act(index + 4)
    if (index >= 0) added.push(after - before)
  }
  return added
}

async function clicks(studio: OpenStudio): Promise<readonly number[]> {
  const { page } = studio
  await keepTrainerBusy(studio)
  await page.evaluate(noteClicks)
  const rounds = 60
  for (let round = 0; round < rounds; round++) {
    await page
      .getByRole('button', { name: sortedBy[round % sortedBy.length] ?? '', exact: true })
      .first()
      .click()
    await page
      .locator('[role="grid"] tr[data-key] input[type="checkbox"]')
      .nth(round % 5)
      .click()
  }
  const noted = await page.evaluate(notedClicks)
  // What is not noted took less than 16 ms.
  return [...noted, ...Array.from({ length: Math.max(0, 2 * rounds - noted.length) }, () => 16)]
}

/** The sample network fitted for longer than the clicks take. */
async function keepTrainerBusy({ page }: OpenStudio): Promise<void> {
  const network = await ask(page, 'networks.import', { taskId: 'bench', file: 'sample' })
  const config = compressPresetConfig('smoke')
  const { id } = await ask(page, 'experiments.create', {
    name: 'beside the clicks',
    config: { ...config, reconstruction: { ...config.reconstruction, steps: 1_000_000 } },
    networkId: network.id,
    datasetId: 'data-small',
    enqueue: true,
  })
  while (((await ask(page, 'experiments.get', { id })).record.latestRun?.step ?? 0) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function summary(values: readonly number[]): readonly [string, string] {
  const sorted = values.toSorted((a, b) => a - b)
  return [digits(median(values)), digits(sorted[Math.floor(0.95 * (sorted.length - 1))] ?? NaN)]
}
