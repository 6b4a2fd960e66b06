import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runTrial, type Campaign } from './campaign.ts'

const longestMs = 20 * 60_000

/** Reads the command line, runs trials of the campaigns it names, and prints them; the exit code is 1 when one is wrong. */
export async function runCommand(campaigns: readonly Campaign[], say: (line: string) => void): Promise<number> {
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
    say(`campaigns: ${campaigns.map(({ name }) => name).join(', ')}`)
    return 2
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
        say(text)
        // Kept, so that a part that was ended can be read.
        appendFileSync(join(kept, 'trials.log'), `${text}\n`)
        if (isWrong) wrong.push(text)
        done++
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  wrong.forEach((text) => say(`WRONG ${text}`))
  say(`faults: ${done - wrong.length} passed, ${wrong.length} failed`)
  return wrong.length === 0 ? 0 : 1
}
