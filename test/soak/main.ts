/**
 * `npm run soak -- --minutes N`: experiments of seconds, one after another, by the real trainer in one studio that stays open.
 * Memory and handles of the studio and of its trainers, and the bytes of the store, are written down after each; at the end
 * their slopes must be within bounds, and no temporary file may be left. What one call began another goes on with:
 * everything lies in .cache/soak (`--fresh` begins anew).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTable } from '#shared/plain-text/table.ts'
import { openSoakStudio, runOne } from './soak-studio.ts'
import { slopeOf } from './slope.ts'

/** What one experiment left behind. */
interface Sample {
  readonly experiments: number
  readonly seconds: number
  readonly rssBytes: number
  readonly handles: number
  readonly trainerRssBytes: number
  readonly trainerHandles: number
  readonly storeBytes: number
}

/** Growth an experiment, in the second half: a process that has warmed up keeps nothing of what it has done. */
const bounds: { readonly [K in keyof Sample]?: number } = {
  rssBytes: 500_000,
  handles: 0.05,
  trainerRssBytes: 500_000,
  trainerHandles: 0.05,
}
/** The store grows by the same for each: the second half by at most this much more than the first. */
const storeGrowthRatio = 1.15

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, fresh: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error('npm run soak -- --minutes 40')
  process.exit(2)
}
const folder = join(process.cwd(), '.cache/soak')
if (values.fresh) rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const samplesPath = join(folder, 'samples.json')
const samples: Sample[] = existsSync(samplesPath) ? (JSON.parse(readFileSync(samplesPath, 'utf8')) as Sample[]) : []
/** A process that is started anew warms up anew: slopes are those of this call, the store's of all. */
const firstOfThisCall = samples.length

const studio = await openSoakStudio(join(folder, 'store'))
const endsAt = performance.now() + minutes * 60_000
try {
  while (performance.now() < endsAt) {
    const startedAt = performance.now()
    const trainer = await runOne(studio, samples.length)
    samples.push({
      experiments: samples.length + 1,
      seconds: (performance.now() - startedAt) / 1000,
      rssBytes: process.memoryUsage.rss(),
      handles: readdirSync('/proc/self/fd').length,
      trainerRssBytes: trainer.rssBytes,
      trainerHandles: trainer.handles,
      storeBytes: bytesIn(join(folder, 'store')),
    })
    writeFileSync(samplesPath, JSON.stringify(samples))
    if (samples.length % 10 === 0) console.log(`${samples.length} experiments`)
  }
} finally {
  await studio.close()
}

const problems = [...slopeProblems(), ...storeProblems(), ...leftovers()]
problems.forEach((problem) => console.log(`WRONG ${problem}`))
console.log(`soak: ${samples.length} experiments, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1

function slopeProblems(): readonly string[] {
  const second = samples.slice(firstOfThisCall + Math.floor((samples.length - firstOfThisCall) / 2))
  const rows = Object.entries(bounds).map(([name, bound]) => {
    // A key of the table of bounds is one of a sample.
    const series = second.map((sample) => sample[name as keyof Sample])
    return { name, bound, slope: slopeOf(series), last: series.at(-1) ?? 0 }
  })
  const shown = rows.map(({ name, last, slope, bound }) => [
    name,
    ...[last, slope, bound].map((value) => value.toPrecision(4)),
  ])
  const columns = ['measure', 'at the end', 'growth an experiment', 'bound'].map((title) => ({ title }))
  console.log(formatTable(columns, shown))
  // Of a few experiments a slope says nothing.
  if (second.length < 10) return []
  return rows
    .filter(({ slope, bound }) => slope > bound)
    .map(({ name, slope }) => `${name} grows by ${slope} an experiment`)
}

function storeProblems(): readonly string[] {
  if (samples.length < 20) return []
  const bytes = samples.map(({ storeBytes }) => storeBytes)
  const middle = Math.floor(bytes.length / 2)
  const [first, second] = [slopeOf(bytes.slice(0, middle)), slopeOf(bytes.slice(middle))]
  console.log(`the store grows by ${Math.round(first)}, then ${Math.round(second)} bytes an experiment`)
  return second > first * storeGrowthRatio
    ? [`the store grows faster: ${first}, then ${second} bytes an experiment`]
    : []
}

function leftovers(): readonly string[] {
  const names = readdirSync(join(folder, 'store'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.part') || name.startsWith('temporary/'))
    .map((name) => `${name} was left`)
}

function bytesIn(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => {
    // The database and its log breathe by pages; backups are bounded by their number.
    if (parentPath.endsWith('backups') || /-(wal|shm)$|\.log/.test(name)) return sum
    return sum + sizeOf(join(parentPath, name))
  }, 0)
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    // Removed meanwhile, as a checkpoint is that is no longer needed.
    return 0
  }
}
