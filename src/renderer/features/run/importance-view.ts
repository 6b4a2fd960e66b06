import {
  importanceScoreTitles,
  pointAccuracy,
  type ImportanceLevel,
  type ImportanceRecord,
  type ImportanceScore,
  type PointAccuracy,
} from '#shared/measures/importance.ts'
import type { SplitName } from '#shared/protocol/records.ts'

interface ScoreStyle {
  readonly token: string
  /** SVG dash pattern: errors are whole lines, magnitudes dashed, random dotted, for who sees no colours. */
  readonly dashes: string
}

const scoreStyles: Readonly<Record<ImportanceScore, ScoreStyle>> = {
  'relative-error': { token: '--series-1', dashes: '' },
  'squared-relative-error': { token: '--series-6', dashes: '' },
  'absolute-error': { token: '--series-2', dashes: '' },
  magnitude: { token: '--series-3', dashes: '7 4' },
  'reconstructed-magnitude': { token: '--series-4', dashes: '7 4' },
  random: { token: '--series-8', dashes: '2 4' },
}

export interface ImportanceLine extends ScoreStyle {
  readonly id: ImportanceScore
  readonly title: string
  readonly points: readonly {
    readonly x: number
    readonly y: number
    readonly band?: PointAccuracy['interval']
    readonly accuracy: PointAccuracy
  }[]
}

/** A line a score; a band where several seeds say how far it may be off. */
export function importanceLines({ curves, images }: ImportanceRecord): readonly ImportanceLine[] {
  return curves.map(({ score, points }) => ({
    id: score,
    title: scoreTitle(score),
    ...scoreStyles[score],
    points: points.map((point) => {
      const accuracy = pointAccuracy(point, images)
      const band = accuracy.standardDeviation === undefined ? {} : { band: accuracy.interval }
      return { x: point.fraction, y: accuracy.accuracy, ...band, accuracy }
    }),
  }))
}

export function scoreTitle(score: ImportanceScore): string {
  const title = importanceScoreTitles[score]
  return title.charAt(0).toUpperCase() + title.slice(1)
}

export interface ImportanceLayer {
  readonly name: string
  readonly weights: number
  readonly median: number
  readonly mean: number
  /** Zeroed weights of the layer, as a fraction of it. */
  readonly share: number
}

/** The layers, with the share that a score zeroes at the `at`-th fraction; of the first seed for `random`. */
export function importanceLayers(
  { layers, curves }: ImportanceRecord,
  score: ImportanceScore | undefined,
  at: number,
): readonly ImportanceLayer[] {
  const zeroed = curves.find((curve) => curve.score === score)?.points[at]?.zeroed ?? []
  return layers.map(({ name, weights, meanRelativeError, medianRelativeError }, layer) => ({
    name,
    weights,
    median: medianRelativeError,
    mean: meanRelativeError,
    share: (zeroed[layer] ?? 0) / Math.max(1, weights),
  }))
}

/** The newest measurement of this level on this split. */
export function shownRecord(
  records: readonly ImportanceRecord[],
  level: ImportanceLevel,
  split: SplitName,
): ImportanceRecord | undefined {
  return records.find((record) => record.level === level && record.split === split)
}

/** Numbers of images to choose from, the whole split last (as 0, which the command reads as all). */
export function imageLimits(available: number): readonly number[] {
  return [...[500, 1000, 2000].filter((count) => count < available), 0]
}

/** What of the choice is taken: the whole split where it has no more images than were wanted. */
export function imageLimit(wanted: number, available: number): number {
  return imageLimits(available).includes(wanted) ? wanted : 0
}
