/**
 * `npm run soak -- --minutes N`: experiments of seconds, one after another, in the app as it is used: main process, window,
 * trainers. What each process holds, and the bytes of the store, are written down after each; at the end their slopes must be
 * within bounds, and no temporary file may be left. What one call began another goes on with: everything lies in .cache/soak
 * (`--fresh` begins anew). Then docs/images/soak.svg, and a flood of metrics, which the window must not notice.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { quit, storeFolderIn } from '../e2e/launch.ts'
import { flood } from './flood.ts'
import { plotOf } from './plot.ts'
import type { Sample } from './sample.ts'
import { openSoakApp, runOne } from './soak-app.ts'
import { judge } from './verdict.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, fresh: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error('npm run soak -- --minutes 40')
  process.exit(2)
}
const root = process.cwd()
const folder = join(root, '.cache/soak')
if (values.fresh) rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const samplesPath = join(folder, 'samples.json')
const samples: Sample[] = existsSync(samplesPath) ? (JSON.parse(readFileSync(samplesPath, 'utf8')) as Sample[]) : []
const call = (samples.at(-1)?.call ?? 0) + 1

const studio = await openSoakApp(folder)
const problems: string[] = []
const endsAt = performance.now() + minutes * 60_000
while (performance.now() < endsAt) {
  const startedAt = performance.now()
  const held = await runOne(studio, samples.length)
  const seconds = (performance.now() - startedAt) / 1000
  samples.push({ call, seconds, storeBytes: bytesIn(storeFolderIn(folder)), held })
  writeFileSync(samplesPath, JSON.stringify(samples))
  if (samples.length % 10 === 0) console.log(`${samples.length} experiments`)
}
if ((await quit(studio)) !== 0) problems.push('The app did not end well.')

const { table, problems: grown } = judge(samples)
console.log(table)
writeFileSync(join(root, 'docs/images/soak.svg'), plotOf(samples))
const { measured, problems: noticed } = await flood(join(folder, 'flood'))
console.log(`flood: ${measured}`)
problems.push(...grown, ...leftovers(), ...noticed)
problems.forEach((problem) => console.log(`WRONG ${problem}`))
console.log(`soak: ${samples.length} experiments, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)

function leftovers(): readonly string[] {
  const names = readdirSync(storeFolderIn(folder), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => name.endsWith('.part') || name.startsWith('temporary/'))
    .map((name) => `${name} was left.`)
}

function bytesIn(path: string): number {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => {
    // The database and its log breathe by pages; backups are bounded by their number.
    if (parentPath.endsWith('backups') || /-(wal|shm)$|\.log/.test(name)) return sum
    return sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0)
  }, 0)
}
