/** The numbers of a sweep in the words of its form. */
import type { SweepOutlook } from '#shared/experiment/sweep/sweep-outlook.ts'
import { formatAmount, formatBytes, formatDuration } from '../../format/format.ts'
import { sweepTexts } from './texts.ts'

/** One line: `10 variants × 2 seeds = 20 runs · 41 to 103 KiB · about 2 h`. */
export function sweepSummary(outlook: SweepOutlook, seeds: number): string {
  const { runs, duplicates } = outlook
  const variants = (runs + duplicates) / Math.max(1, seeds)
  const left = sweepTexts.runs(
    formatAmount(variants, 'variant'),
    formatAmount(seeds, 'seed'),
    formatAmount(runs + duplicates, 'run'),
  )
  return [left, bytesText(outlook), secondsText(outlook)].join(' · ')
}

function bytesText({ runs, bytes }: SweepOutlook): string {
  if (bytes === undefined) return sweepTexts.bytesUnknown
  const [least, most] = [formatBytes(bytes.least), formatBytes(bytes.most)]
  const span = least === most ? least : `${least} to ${most}`
  return bytes.runs === runs ? sweepTexts.bytes(span) : sweepTexts.bytesOfSome(span, formatAmount(bytes.runs, 'run'))
}

function secondsText({ runs, seconds }: SweepOutlook): string {
  if (seconds === undefined) return sweepTexts.secondsUnknown
  const duration = formatDuration(seconds.total)
  if (seconds.runs === runs) return sweepTexts.seconds(duration)
  return sweepTexts.secondsOfSome(duration, formatAmount(seconds.runs, 'run'))
}
