/** 50,000 rows of metrics a second into the app, while its window shows the run that they come from. */
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadSqlite } from '#main/store/sqlite.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { fillStore } from '#test/support/real-trainer.ts'
import { ask, launchStudio, quit, show, storeFolderIn } from '../e2e/launch.ts'

const root = process.cwd()
const rowsASecond = 50_000
const seconds = 20
const quietSeconds = 5
const firstRowMs = 120_000
/** Of the frames of the window meanwhile; one that waits longer is seen. */
const longestMs = { most: 300, ofTwenty: 50 }

interface Flood {
  readonly measured: string
  /** What it did that it must not, as sentences. */
  readonly problems: readonly string[]
}

/** @param folder of its own, made anew */
export async function flood(folder: string): Promise<Flood> {
  rmSync(folder, { recursive: true, force: true })
  const store = storeFolderIn(folder)
  await fillStore(store)
  const studio = await launchStudio(folder, [], appWithFloodingTrainer(join(folder, 'app')))
  const { page } = studio
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  const quiet = spread(await page.evaluate(frameGaps, quietSeconds * 1000))
  const { id } = await ask(page, 'experiments.create', {
    config: spectralDefaults,
    networkId: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    enqueue: true,
  })
  await show(studio, { name: 'run', experimentId: id })
  await untilRows(store)
  const before = rowsIn(store)
  const startedAt = performance.now()
  const gaps = await page.evaluate(frameGaps, seconds * 1000)
  const rate = ((rowsIn(store) - before) / (performance.now() - startedAt)) * 1000
  await ask(page, 'queue.cancel', { ids: [id] })
  const code = await quit(studio)
  const flooded = spread(gaps)
  const measured = `${Math.round(rate)} rows a second for ${seconds} s; frames of the window: ${shown(flooded)}; before: ${shown(quiet)}`
  const problems = [
    // The last message may be on its way.
    ...(rate < rowsASecond * 0.97 ? [`Of ${rowsASecond} rows a second ${Math.round(rate)} were stored.`] : []),
    ...(flooded.ofTwenty > longestMs.ofTwenty || flooded.most > longestMs.most
      ? ['The window noticed the flood.']
      : []),
    ...(code === 0 ? [] : ['The app did not end well after the flood.']),
  ]
  return { measured, problems }
}

async function untilRows(store: string): Promise<void> {
  const endsAt = performance.now() + firstRowMs
  while (rowsIn(store) === 0) {
    if (performance.now() > endsAt) throw new Error('The flooding trainer told nothing.')
    await wait(50)
  }
}

/** The built app with another trainer. */
function appWithFloodingTrainer(folder: string): string {
  mkdirSync(folder, { recursive: true })
  cpSync(join(root, 'package.json'), join(folder, 'package.json'))
  cpSync(join(root, 'out'), join(folder, 'out'), { recursive: true })
  for (const name of ['node_modules', 'resources']) symlinkSync(join(root, name), join(folder, name))
  const programs = join(root, '.cache/test-programs')
  cpSync(join(programs, 'flooding-trainer.js'), join(folder, 'out/main/trainer.js'))
  cpSync(join(programs, 'chunks'), join(folder, 'out/main/chunks'), { recursive: true })
  return folder
}

function rowsIn(store: string): number {
  const sqlite = loadSqlite()
  const db = new sqlite(join(store, 'studio.sqlite'), { readonly: true })
  try {
    return Number(db.prepare('SELECT total(count) FROM series').pluck().get())
  } finally {
    db.close()
  }
}

interface Spread {
  readonly most: number
  readonly ofTwenty: number
}

function spread(gaps: readonly number[]): Spread {
  const sorted = gaps.toSorted((a, b) => a - b)
  return { most: sorted.at(-1) ?? Infinity, ofTwenty: sorted[Math.floor(sorted.length * 0.95)] ?? Infinity }
}

function shown({ most, ofTwenty }: Spread): string {
  return `95 % within ${ofTwenty.toFixed(0)} ms, the longest ${most.toFixed(0)} ms`
}

/** In the page: milliseconds from each frame to the next. */
async function frameGaps(forMs: number): Promise<readonly number[]> {
  const gaps: number[] = []
  const endsAt = performance.now() + forMs
  let before = performance.now()
  while (before < endsAt) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())))
    gaps.push(now - before)
    before = now
  }
  return gaps
}
