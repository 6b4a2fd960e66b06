/**
 * `npm run test:launch -- --times 100`: opens the studio that often (10 times when nothing is said), one after the other
 * beside processes that keep all processors busy, and says how many starts went well and how long the slowest took.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { root, say, stop } from './lib/bootstrap.mjs'
import { runEndToEnd } from './lib/end-to-end.mjs'
import { countsOfPlaywright, launchTimesOfPlaywright } from './lib/test-counts.mjs'

const { values } = parseArgs({ options: { times: { type: 'string', default: '10' } } })
if (!/^[1-9]\d*$/.test(values.times))
  stop(`--times ${values.times} is no number.`, 'npm run test:launch -- --times 100')

const report = path.join(root, 'test-results', 'e2e.json')
fs.rmSync(report, { force: true })
const args = ['start.spec.ts', '--grep', 'starts on an empty store', `--repeat-each=${values.times}`]
const code = await runEndToEnd({ args, isBesideLoad: true })
const counts = countsOfPlaywright(report)
if (counts === undefined) stop('Playwright left no report.')
const times = launchTimesOfPlaywright(report).sort((a, b) => a - b)
if (times.length > 0) {
  const seconds = (time) => `${(time / 1000).toFixed(1)} s`
  say(`Time to a drawn page: median ${seconds(times[Math.floor(times.length / 2)])}, slowest ${seconds(times.at(-1))}`)
}
process.stdout.write(`launches: ${counts.passed} passed, ${counts.failed} failed\n`)
process.exit(code)
