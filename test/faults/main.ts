/**
 * `npm run test:faults -- [--campaign NAME] [--trials N] [--seed N]`: disturbs the studio in every way (docs/reliability.md)
 * and looks whether it ends the same. A part takes at most 20 minutes; each trial has a seed of its own by which it can be
 * repeated. Exit code 1 when something was lost, damaged or different.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runTrial } from './campaign.ts'
import { campaigns } from './campaigns.ts'

const longestMs = 20 * 60_000

const { values } = parseArgs({
  options: {
    campaign: { type: 'string', default: '' },
    trials: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
  },
})
const chosen = campaigns.filter(({ name }) => values.campaign === '' || name === values.campaign)
const trials = Number(values.trials)
if (chosen.length === 0 || !Number.isInteger(trials) || trials < 1) {
  console.error(`campaigns: ${campaigns.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'nern-faults-'))
const kept = join(process.cwd(), '.cache/faults')
mkdirSync(kept, { recursive: true })
const startedAt = performance.now()
const wrong: string[] = []
let done = 0
try {
  for (const campaign of chosen) {
    const trial = await campaign.begin(folder)
    for (let index = 0; index < trials && performance.now() - startedAt < longestMs; index++) {
      const { text, isWrong } = await runTrial(campaign, trial, Number(values.seed) + index)
      console.log(text)
      // Kept, so that a part that was ended can be read.
      appendFileSync(join(kept, 'trials.log'), `${text}\n`)
      if (isWrong) wrong.push(text)
      done++
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
wrong.forEach((text) => console.log(`WRONG ${text}`))
console.log(`faults: ${done - wrong.length} passed, ${wrong.length} failed`)
process.exitCode = wrong.length === 0 ? 0 : 1
