import { formatExactBytes, formatPercent, formatPoints, formatRatio } from '../basics/format.ts'
import type { Comparison } from '../measures/comparison.ts'
import { isPackaged } from '../protocol/records.ts'
import { formatTable } from './table.ts'

/** Accuracy and bytes of every experiment, and the parameters that differ. */
export function formatComparison(comparison: Comparison): string {
  const { entries, configRows } = comparison
  const differing = configRows.filter(({ isSame }) => !isSame)
  const differences = formatTable(
    [{ title: 'parameter' }, ...entries.map(({ experiment }) => ({ title: experiment.name }))],
    differing.map(({ path, values }) => [path, ...values]),
    'All parameters are the same.',
  )
  return `${formatAccuracies(comparison)}\n\n${differences}`
}

/** Accuracy and bytes of every experiment. */
export function formatAccuracies({ split, entries }: Comparison): string {
  return formatTable(
    [
      { title: 'experiment' },
      { title: `original, ${split}`, align: 'right' },
      { title: 'reconstructed', align: 'right' },
      { title: 'difference', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'all-in ratio', align: 'right' },
    ],
    entries.map(({ experiment, original, reconstructed }) => {
      const result = experiment.latestRun?.result
      const sizes = isPackaged(result) ? result.sizes : undefined
      return [
        experiment.name,
        original === undefined ? 'not evaluated' : formatPercent(original.accuracy),
        reconstructed === undefined ? '' : formatPercent(reconstructed.accuracy),
        original === undefined || reconstructed === undefined
          ? ''
          : formatPoints(reconstructed.accuracy - original.accuracy),
        sizes === undefined ? '' : formatExactBytes(sizes.totalBytes),
        sizes === undefined ? '' : formatRatio(sizes.compressionRatio),
      ]
    }),
  )
}
