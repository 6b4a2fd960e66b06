import type { SizeBreakdown } from '../accounting.ts'
import type { CompressResult, ExperimentRecord, TrainResult } from '../records.ts'
import { formatTable } from './table.ts'
import { formatBytes, formatCount, formatDuration, formatPercent, formatPoints, formatRatio } from './units.ts'

/** What a finished experiment achieved, for people. */
export function formatResult(experiment: ExperimentRecord): string {
  const { name, id, status, latestRun } = experiment
  const title = `${name} (${id}): ${status}${latestRun?.device === undefined ? '' : ` on ${latestRun.device}`}`
  const result = latestRun?.result
  if (result === undefined) return latestRun?.error === undefined ? title : `${title}\n${latestRun.error.message}`
  return [title, result.kind === 'compress' ? formatCompressResult(result) : formatTrainResult(result)].join('\n\n')
}

function formatTrainResult({ validation, test, seconds, smoothness }: TrainResult): string {
  const rows = [['validation', validation] as const, ['test', test] as const].map(([split, { correct, total }]) => [
    split,
    formatPercent(correct / Math.max(1, total)),
    formatCount(total),
  ])
  const table = formatTable(
    [{ title: 'split' }, { title: 'accuracy', align: 'right' }, { title: 'images', align: 'right' }],
    rows,
  )
  const lines = [
    ...(smoothness === undefined
      ? []
      : [`smoothness  ${smoothness.after.toFixed(4)}, before training ${smoothness.before.toFixed(4)}`]),
    `time  ${formatDuration(seconds.total)}`,
  ]
  return `${table}\n\n${lines.join('\n')}`
}

function formatCompressResult({
  accuracies,
  sizes,
  relativeError,
  seconds,
  permutationSource,
  smoothness,
}: CompressResult): string {
  const accuracyTable = formatTable(
    [
      { title: 'accuracy' },
      { title: 'original', align: 'right' },
      { title: 'reconstructed', align: 'right' },
      { title: 'difference', align: 'right' },
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
        formatCount(reconstructed.total),
      ]
    }),
  )
  const { permutation, reconstruction, distillation, quantisation = 0, evaluation, total } = seconds
  const time =
    `time  ${formatDuration(total)} (permutation ${permutationSource === 'cache' ? 'kept from before' : formatDuration(permutation)}, ` +
    `reconstruction ${formatDuration(reconstruction)}, distillation ${formatDuration(distillation)}, ` +
    (quantisation > 0 ? `quantisation ${formatDuration(quantisation)}, ` : '') +
    `evaluation ${formatDuration(evaluation)})`
  const error = `relative error of the weights  ${relativeError.toFixed(4)}`
  const smooth =
    smoothness === undefined
      ? []
      : [
          `smoothness  ${smoothness.permuted.toFixed(4)} in the order of the coordinates, ` +
            `${smoothness.original.toFixed(4)} in the network's own`,
        ]
  return [accuracyTable, formatSizes(sizes), [error, ...smooth, time].join('\n')].join('\n\n')
}

/** Bytes of every part, the whole, and what plain storage would weigh. */
function formatSizes(sizes: SizeBreakdown): string {
  const { parts, totalBytes, originalBytes, baselines } = sizes
  const row = (title: string, bytes: number, detail: string): readonly string[] => [
    title,
    formatBytes(bytes),
    formatRatio(originalBytes / bytes),
    detail,
  ]
  const table = formatTable(
    [{ title: 'part' }, { title: 'size', align: 'right' }, { title: 'ratio', align: 'right' }, { title: 'stored as' }],
    [
      ...parts.map(({ part, bytes, detail }) => [part, formatBytes(bytes), '', detail]),
      row('all parts', totalBytes, 'compressed network'),
      row('original', originalBytes, 'float32'),
      row('baseline float16', baselines.float16Bytes, 'every value as float16'),
      row('baseline int8', baselines.int8Bytes, 'weights as int8, a float16 scale a filter, the rest float16'),
    ],
  )
  const relative =
    `predictor ${formatCount(sizes.predictorParameters)} parameters, ` +
    `${sizes.relativeSizePercent.toFixed(1)} % of ${formatCount(sizes.representedWeights)} represented weights`
  return `${table}\n\nall-in ratio  ${formatRatio(sizes.compressionRatio)} (everything counted)\n${relative}`
}
