/**
 * npm run bench -- repair [--experiments 2000] [--points 2M]
 *
 * What it costs to look through a large store that lost a page in its middle: processor time and most resident memory of
 * all three ways to repair it, tried beside the store. Points as `2M` will do.
 */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { systemClock } from '#main/basics/clock.ts'
import { StoreRepair } from '#main/store/repair/store-repair.ts'
import { storeLayout } from '#main/store/layout.ts'
import { storeFolderIn } from '../e2e/launch.ts'
import { loads, processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'
import { makeLargeStore, pointCount } from './window/large-store.ts'

const { values: options } = parseArgs({
  options: { experiments: { type: 'string', default: '2000' }, points: { type: 'string', default: '2M' } },
})
const experiments = Number(options.experiments)
const points = pointCount(options.points)
const pageBytes = 4096

const folder = await mkdtemp(join(tmpdir(), 'nern-bench-repair-'))
try {
  const loadAtStart = loads()
  const bytes = await makeLargeStore(folder, experiments, points)
  const store = storeFolderIn(folder)
  const database = await open(storeLayout(store).database, 'r+')
  await database.write(Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, pageBytes * Math.floor(bytes / 2 / pageBytes))
  await database.close()
  const before = process.cpuUsage()
  const repair = StoreRepair.open({ folder: store, program: 'bench', clock: systemClock })
  const preview = repair.preview()
  const { user, system } = process.cpuUsage(before)
  repair.close()
  console.log(
    `${processorAndSystem()}; load at the start ${loadAtStart}. ${experiments} experiments, ${points} points: ` +
      `studio.sqlite has ${digits(bytes / 1e6)} MB, and one page of it is lost.\n`,
  )
  console.log(
    markdownTable(
      ['way', 'experiments kept', 'points kept'],
      preview.offers.map((offer) => [
        offer.way,
        offer.isPossible ? String(offer.keeps.experiments) : 'not possible',
        offer.isPossible ? String(offer.keeps.points) : '',
      ]),
    ),
  )
  const megabytes = process.resourceUsage().maxRSS / 1024
  console.log(
    `\nAll three: ${digits((user + system) / 1e6)} s of processor time, at most ${digits(megabytes)} MiB resident.`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
