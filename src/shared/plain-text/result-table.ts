import type { SizeBreakdown } from '../package/accounting.ts'
import type {
  BaselineResult,
  CompressResult,
  ExperimentRecord,
  PackagedResult,
  TrainResult,
} from '../protocol/records.ts'
import { formatTop5 } from '../measures/top-5.ts'
import { formatTable } from './table.ts'
import {
  formatExactBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatPoints,
  formatRatio,
} from '../basics/format.ts'

/** What a finished experiment achieved, for people. */
export function formatResult(experiment: ExperimentRecord): string {
  const { name, id, status, latestRun } = experiment
  const title = `${name} (${id}): ${status}${latestRun?.device === undefined ? '' : ` on ${latestRun.device}`}`
  const result = latestRun?.result
  if (result === undefined) return latestRun?.error === undefined ? title : `${title}\n${latestRun.error.message}`
  return [title, result.kind === 'train' ? formatTrainResult(result) : formatPackagedResult(result)].join('\n\n')
}

function formatTrainResult({ validation, test, seconds, smoothness }: TrainResult): string {
  // For few classes it is not measured: then no empty column.
  const hasTop5 = test.correctTop5 !== undefined
  const rows = [['validation', validation] as const, ['test', test] as const].map(([split, count]) => [
    split,
    formatPercent(count.correct / Math.max(1, count.total)),
    ...(hasTop5 ? [formatTop5(count)] : []),
    formatCount(count.total),
  ])
  const table = formatTable(
    [
      { title: 'split' },
      { title: 'accuracy', align: 'right' },
      ...(hasTop5 ? ([{ title: 'top-5', align: 'right' }] as const) : []),
      { title: 'images', align: 'right' },
    ],
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

function formatPackagedResult(result: PackagedResult): string {
  const { accuracies, sizes, relativeError } = result
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
  const time = result.kind === 'compress' ? compressTime(result) : baselineTime(result)
  const lines = [error, ...(result.kind === 'compress' ? smoothnessLine(result) : []), time]
  return [accuracyTable, formatSizes(sizes), lines.join('\n')].join('\n\n')
}

function compressTime({ seconds, permutationSource }: CompressResult): string {
  const { permutation, reconstruction, distillation, quantisation = 0, evaluation, total } = seconds
  return (
    `time  ${formatDuration(total)} (permutation ${permutationSource === 'cache' ? 'kept from before' : formatDuration(permutation)}, ` +
    `reconstruction ${formatDuration(reconstruction)}, distillation ${formatDuration(distillation)}, ` +
    (quantisation > 0 ? `quantisation ${formatDuration(quantisation)}, ` : '') +
    `evaluation ${formatDuration(evaluation)})`
  )
}

function smoothnessLine({ smoothness }: CompressResult): readonly string[] {
  if (smoothness === undefined) return []
  return [
    `smoothness  ${smoothness.permuted.toFixed(4)} in the order of the coordinates, ` +
      `${smoothness.original.toFixed(4)} in the network's own`,
  ]
}

function baselineTime({ seconds: { distillation, compression, evaluation, total } }: BaselineResult): string {
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
