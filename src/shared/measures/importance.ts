/**
 * Weight importance (method 7.1): what is asked of a finished run, what is measured, and what of it is shown. A score
 * says in which order weights of the original network are set to zero.
 */
import { z } from 'zod'
import { splitNameSchema, type SplitName } from '../dataset/split-name.ts'
import { meanInterval, wilsonInterval, type Interval } from './statistics.ts'

/** What is set to zero as a whole. */
export const importanceLevels = ['weight', 'kernel', 'filter'] as const
const importanceLevelSchema = z.enum(importanceLevels)
export type ImportanceLevel = (typeof importanceLevels)[number]

/** The errors take the worst reconstructed first, the magnitudes the smallest. */
export const importanceScores = [
  'relative-error',
  'squared-relative-error',
  'absolute-error',
  'magnitude',
  'reconstructed-magnitude',
  'random',
] as const
const importanceScoreSchema = z.enum(importanceScores)
export type ImportanceScore = (typeof importanceScores)[number]

export const importanceScoreTitles: Readonly<Record<ImportanceScore, string>> = {
  'relative-error': 'relative error',
  'squared-relative-error': 'squared relative error',
  'absolute-error': 'absolute error',
  magnitude: 'magnitude',
  'reconstructed-magnitude': 'magnitude, reconstructed',
  random: 'random',
}

const fractionsSchema = z.array(z.number().min(0).max(1)).min(1).max(101)
const seedsSchema = z.array(z.int().min(0)).min(1).max(10)

/** Distinct fractions in ascending order. */
function isAscending(fractions: readonly number[]): boolean {
  return fractions.every((fraction, at) => at === 0 || fraction > (fractions[at - 1] ?? 1))
}

/** What to measure of a run; absent fields take `importanceDefaults`. */
export const importanceRequestFields = {
  level: importanceLevelSchema,
  split: splitNameSchema,
  /** Only the first so many images; 0 = all. */
  limit: z.int().min(0),
  scores: z
    .array(importanceScoreSchema)
    .min(1)
    .refine((scores) => new Set(scores).size === scores.length, 'the same score was given twice'),
  /** Of the represented weights. */
  fractions: fractionsSchema.refine(isAscending, 'fractions must ascend, from 0 to 1'),
  /** Of the random score: one curve each. */
  seeds: seedsSchema.refine((seeds) => new Set(seeds).size === seeds.length, 'the same seed was given twice'),
}

/** Squaring changes no order of single weights, so its curve would be that of the relative error. */
export function defaultScores(level: ImportanceLevel): readonly ImportanceScore[] {
  return importanceScores.filter((score) => level !== 'weight' || score !== 'squared-relative-error')
}

export const importanceDefaults = {
  fractions: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  seeds: [1, 2, 3],
} as const

const pointSchema = z.strictObject({
  /** Asked for. Whole kernels or filters are zeroed while they fit, so `zeroed` may be a little less. */
  fraction: z.number(),
  /** Images classified correctly: one count, or one a seed for `random`. */
  correct: z.array(z.int()).min(1),
  /** Weights set to zero, by layer; of the first seed for `random`. */
  zeroed: z.array(z.int()),
})
export type ImportancePoint = z.infer<typeof pointSchema>

export const importanceMeasurementSchema = z.strictObject({
  /** Images classified for each point. */
  images: z.int(),
  /** The represented layers. */
  layers: z.array(
    z.strictObject({
      name: z.string(),
      weights: z.int(),
      /** |w - w'| / |w| over the weights that are not zero; the mean is drawn up by weights close to zero. */
      meanRelativeError: z.number(),
      medianRelativeError: z.number(),
    }),
  ),
  curves: z.array(z.strictObject({ score: importanceScoreSchema, points: z.array(pointSchema) })),
})
export type ImportanceMeasurement = z.infer<typeof importanceMeasurementSchema>
export type ImportanceCurve = ImportanceMeasurement['curves'][number]

/** One measurement that the store keeps, the newest for its run, level, split and number of images. */
export interface ImportanceRecord extends ImportanceMeasurement {
  readonly runId: string
  readonly level: ImportanceLevel
  readonly split: SplitName
  readonly seeds: readonly number[]
  readonly device: string
  readonly createdAt: string
}

export interface PointAccuracy {
  /** In [0, 1]; the mean over seeds where there are several. */
  readonly accuracy: number
  /** 95 %: Wilson over the images, or Student's t over the seeds. */
  readonly interval: Interval
  /** Sample standard deviation over seeds; undefined for one. */
  readonly standardDeviation: number | undefined
}

export function pointAccuracy({ correct }: Pick<ImportancePoint, 'correct'>, images: number): PointAccuracy {
  const [first = 0, ...others] = correct
  if (others.length === 0) {
    const accuracy = images === 0 ? NaN : first / images
    return { accuracy, interval: wilsonInterval(first, images), standardDeviation: undefined }
  }
  const { mean, standardDeviation, interval } = meanInterval(correct.map((count) => count / images))
  const inRange = { low: Math.max(0, interval.low), high: Math.min(1, interval.high) }
  return { accuracy: mean, interval: inRange, standardDeviation }
}
