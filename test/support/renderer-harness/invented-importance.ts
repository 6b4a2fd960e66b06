/** Invented pruning curves of a run: plausible shapes, made-up numbers. */
import {
  defaultScores,
  importanceDefaults,
  type ImportanceRecord,
  type ImportanceScore,
} from '#shared/measures/importance.ts'
import { Random } from '#shared/basics/random.ts'
import type { RunRecord, SplitName } from '#shared/protocol/records.ts'

/** Where the accuracy has fallen half way, and how suddenly. */
const shapes: Readonly<Record<ImportanceScore, readonly [number, number]>> = {
  'relative-error': [0.6, 18],
  'squared-relative-error': [0.58, 18],
  'absolute-error': [0.12, 22],
  magnitude: [0.74, 22],
  'reconstructed-magnitude': [0.7, 22],
  random: [0.1, 40],
}

export function inventedImportance(
  run: RunRecord,
  level: ImportanceRecord['level'],
  split: SplitName,
  images: number,
  createdAt: string,
): ImportanceRecord {
  const layers = run.result?.kind === 'compress' ? run.result.layers : []
  const measured = layers.map(({ name, shape, relativeError }) => ({
    name,
    weights: shape.reduce((product, extent) => product * extent, 1),
    meanRelativeError: 2.4 * relativeError,
    medianRelativeError: 0.9 * relativeError,
  }))
  const random = Random.fromSeed(1, 'importance')
  const curves = defaultScores(level).map((score) => {
    const [middle, slope] = shapes[score]
    const seeds = score === 'random' ? importanceDefaults.seeds : [1]
    return {
      score,
      points: importanceDefaults.fractions.map((fraction) => ({
        fraction,
        correct: seeds.map((_, at) => {
          const place = fraction === 0 ? 0 : fraction + 0.015 * at
          const accuracy = 0.1 + 0.8185 / (1 + Math.exp(slope * (place - middle)))
          return Math.round(images * (accuracy / (1 + 0.002 * random.uniform())))
        }),
        zeroed: measured.map(({ weights }, at) => {
          const share = fraction * (score === 'random' ? 1 : 0.7 + (0.6 * at) / measured.length)
          return Math.floor(weights * Math.min(1, share))
        }),
      })),
    }
  })
  const device = 'onnxruntime cpu, 2 threads'
  return {
    runId: run.id,
    level,
    split,
    images,
    seeds: importanceDefaults.seeds,
    layers: measured,
    curves,
    device,
    createdAt,
  }
}
