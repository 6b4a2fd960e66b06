import {
  importanceScoreTitles,
  pointAccuracy,
  type ImportanceCurve,
  type ImportancePoint,
  type ImportanceRecord,
} from '../measures/importance.ts'
import { formatTable } from './table.ts'
import { formatCount, formatPercent } from '../basics/format.ts'

/** Accuracy of the pruned original network, a row a fraction and a column a score; then the layers. */
export function formatImportance(record: ImportanceRecord): string {
  const { level, split, images, seeds, curves, layers } = record
  const fractions = curves[0]?.points.map(({ fraction }) => fraction) ?? []
  const accuracies = formatTable(
    [
      { title: 'pruned', align: 'right' },
      ...curves.map(({ score }) => ({ title: importanceScoreTitles[score], align: 'right' as const })),
    ],
    fractions.map((fraction, at) => [
      formatPercent(fraction),
      ...curves.map(({ points }) => accuracyText(points[at], images)),
    ]),
  )
  const layerTable = formatTable(
    [
      { title: 'layer' },
      { title: 'weights', align: 'right' },
      { title: 'median relative error', align: 'right' },
      { title: 'mean', align: 'right' },
    ],
    layers.map(({ name, weights, medianRelativeError, meanRelativeError }) => [
      name,
      formatCount(weights),
      medianRelativeError.toFixed(4),
      meanRelativeError.toFixed(4),
    ]),
  )
  const title =
    `Accuracy of the original network on ${formatCount(images)} images of the ${split} split, with a fraction of its ` +
    `represented weights set to zero ${level} by ${level}, no fine-tuning`
  const isSeeded = curves.some(({ score }) => score === 'random') && seeds.length > 1
  const note = isSeeded ? `\nrandom: mean ± standard deviation over seeds ${seeds.join(', ')}` : ''
  return `${title}\n\n${accuracies}${note}\n\n${layerTable}`
}

function accuracyText(point: ImportancePoint | undefined, images: number): string {
  if (point === undefined) return ''
  const { accuracy, standardDeviation } = pointAccuracy(point, images)
  const spread = standardDeviation === undefined ? '' : ` ± ${(100 * standardDeviation).toFixed(2)}`
  return formatPercent(accuracy) + spread
}

/** One line a point: RFC 4180 with a head, accuracies in [0, 1]. */
export function importanceCsv({ level, split, images, curves }: ImportanceRecord): string {
  const head = 'level,split,images,score,fraction,zeroed_weights,accuracy,low_95,high_95,standard_deviation'
  const lines = curves.flatMap((curve) =>
    curve.points.map((point) => [level, split, images, ...csvCells(curve, point, images)].join(',')),
  )
  return `${[head, ...lines].join('\r\n')}\r\n`
}

function csvCells({ score }: ImportanceCurve, point: ImportancePoint, images: number): readonly (string | number)[] {
  const { accuracy, interval, standardDeviation } = pointAccuracy(point, images)
  const zeroed = point.zeroed.reduce((sum, count) => sum + count, 0)
  const measured = [accuracy, interval.low, interval.high].map(rounded)
  return [score, point.fraction, zeroed, ...measured, standardDeviation === undefined ? '' : rounded(standardDeviation)]
}

/** To a millionth: an image of a million. */
function rounded(fraction: number): number {
  return Number(fraction.toFixed(6))
}
