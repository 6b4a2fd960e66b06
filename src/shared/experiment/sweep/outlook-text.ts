import { formatAmount, formatCount, formatDuration, formatExactBytes } from '../../basics/format.ts'
import type { SweepOutlook } from './sweep-outlook.ts'

/** What a sweep will take, a sentence a line, for a terminal. */
export function outlookLines({ runs, duplicates, bytes, seconds }: SweepOutlook): readonly string[] {
  return [
    `runs   ${formatCount(runs)}${duplicates === 0 ? '' : `, ${formatAmount(duplicates, 'duplicate')} left out`}`,
    `bytes  ${bytes === undefined ? 'only the runs can tell' : `${spanOf(bytes)}${partOf(bytes.runs, runs)}`}`,
    `time   ${seconds === undefined ? 'not known yet: nothing like these runs has been measured here' : `about ${formatDuration(seconds.total)}${partOf(seconds.runs, runs)}`}`,
  ]
}

function spanOf({ least, most }: { readonly least: number; readonly most: number }): string {
  return least === most ? formatExactBytes(least) : `${formatCount(least)} to ${formatExactBytes(most)}`
}

/** Nothing where all are known. */
function partOf(known: number, all: number): string {
  return known === all ? '' : ` for ${formatCount(known)} of them; of the others it is not known yet`
}
