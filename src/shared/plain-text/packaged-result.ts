import {
  formatCount,
  formatDuration,
  formatExactBytes,
  formatPercent,
  formatPoints,
  formatRatio,
} from '../basics/format.ts'
import type { BaselineResult, PackagedResult } from '../experiment/results.ts'
import { formatTop5 } from '../measures/top-5.ts'
import type { SizeBreakdown } from '../package/accounting.ts'
import { formatTable } from './table.ts'

/**
 * Accuracies, where there are any, and bytes of a run that made a package, whatever the method.
 * @param lines what the method says of its own: times, smoothness
 */
export function formatPackagedResult(
  { accuracies, sizes, relativeError }: Pick<PackagedResult, 'accuracies' | 'sizes' | 'relativeError'>,
  lines: readonly string[],
): string {
  const hasTop5 = accuracies.some(({ reconstructed }) => reconstructed.correctTop5 !== undefined)
  const accuracyTable = formatTable(
    [
      { title: 'accuracy' },
      { title: 'original', align: 'right' },
      { title: 'reconstructed', align: 'right' },
      { title: 'difference', align: 'right' },
      ...(hasTop5
        ? ([
            { title: 'top-5 original', align: 'right' },
            { title: 'top-5 reconstructed', align: 'right' },
          ] as const)
        : []),
      { title: 'images', align: 'right' },
    ],
    accuracies.map(({ split, original, reconstructed }) => {
      const before = original.correct / Math.max(1, original.total)
      const after = reconstructed.correct / Math.max(1, reconstructed.total)
      return [
        split,
        formatPercent(before),
        formatPercent(after),
        formatPoints(after - before),
        ...(hasTop5 ? [formatTop5(original), formatTop5(reconstructed)] : []),
        formatCount(reconstructed.total),
      ]
    }),
  )
  const error = `relative error of the weights  ${relativeError.toFixed(4)}`
  const paragraphs = [accuracyTable, formatSizes(sizes), [error, ...lines].join('\n')]
  return paragraphs.filter((paragraph) => paragraph !== '').join('\n\n')
}

/** How the time was spent by a method that stores what it finds at once. */
export function formatStoringTime({ distillation, compression, evaluation, total }: BaselineResult['seconds']): string {
  const trained = distillation > 0 ? `distillation ${formatDuration(distillation)}, ` : ''
  return `time  ${formatDuration(total)} (${trained}compression ${formatDuration(compression)}, evaluation ${formatDuration(evaluation)})`
}

/** Bytes of every part, the whole, and what plain storage would weigh. */
function formatSizes(sizes: SizeBreakdown): string {
  const { parts, totalBytes, originalBytes, baselines } = sizes
  const row = (title: string, bytes: number, detail: string): readonly string[] => [
    title,
    formatExactBytes(bytes),
    formatRatio(originalBytes / bytes),
    detail,
  ]
  const table = formatTable(
    [{ title: 'part' }, { title: 'size', align: 'right' }, { title: 'ratio', align: 'right' }, { title: 'stored as' }],
    [
      ...parts.map(({ part, bytes, detail }) => [part, formatExactBytes(bytes), '', detail]),
      row('all parts', totalBytes, 'compressed network'),
      row('original', originalBytes, 'float32'),
      row('baseline float16', baselines.float16Bytes, 'every value as float16'),
      row('baseline int8', baselines.int8Bytes, 'weights as int8, a float16 scale a filter, the rest float16'),
    ],
  )
  const ratio = `all-in ratio  ${formatRatio(sizes.compressionRatio)} (everything counted)`
  const { predictorParameters, relativeSizePercent } = sizes
  if (predictorParameters === undefined || relativeSizePercent === undefined) return `${table}\n\n${ratio}`
  const relative =
    `predictor ${formatCount(predictorParameters)} parameters, ` +
    `${formatPercent(relativeSizePercent / 100)} of ${formatCount(sizes.representedWeights)} represented weights`
  return `${table}\n\n${ratio}\n${relative}`
}
