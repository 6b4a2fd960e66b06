import type { Random } from '#shared/basics/random.ts'
import type { Campaign } from './campaign.ts'
import { clockEnvironment } from './injector.ts'
import { beginRuns } from './run-campaigns.ts'
import { commandProblem, startStudio } from './scenario.ts'

const hour = 3600
const jumps = [hour, 26 * hour, 400 * 24 * hour, 10 * 365 * 24 * hour]

/** The clock on the wall jumps while a run is under way, forward or back, by hours up to years; afterwards it is right again. */
export const clockCampaign: Campaign = {
  name: 'clocks',
  begin: (folder) =>
    beginRuns(folder, async (trial, random, undisturbed) => {
      const seconds = jumpOf(random)
      const afterMs = Math.round(random.uniform() * undisturbed.ms)
      const ended = await trial.start(clockEnvironment(seconds, afterMs)).ended
      const what = `the clock jumps by ${seconds / hour} h after ${afterMs} ms`
      if (ended.code !== 0) return { what, ended, wrong: commandProblem(ended) }
      // Whatever was told or kept meanwhile, ages and times are none of the future, and a backup can be made.
      const shown = await startStudio(trial.store, ['experiments', 'show', 'mine']).ended
      const negative = /(^|\s)-\d+(\.\d+)? (ms|s|min|h|d)\b/m.exec(shown.output)
      const backup = await startStudio(trial.store, ['store', 'backup']).ended
      const isMade = /studio-\d{8}-/.test(backup.output)
      const wrong = negative === null ? undefined : `a time is negative: ${negative[0]}`
      return { what, ended, wrong: wrong ?? (isMade ? undefined : `no backup: ${backup.output}`) }
    }),
}

function jumpOf(random: Random): number {
  const seconds = jumps[random.integer(jumps.length)] ?? hour
  return random.uniform() < 0.5 ? seconds : -seconds
}
