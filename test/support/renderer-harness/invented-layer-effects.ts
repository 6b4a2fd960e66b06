/** Invented effects of the layers of a run: plausible, made-up numbers. */
import type { LayerEffectsRecord } from '#shared/measures/layer-effects.ts'
import { isPackaged, type RunRecord, type SplitName } from '#shared/protocol/records.ts'

export function inventedLayerEffects(
  run: RunRecord,
  split: SplitName,
  images: number,
  createdAt: string,
): LayerEffectsRecord {
  const layers = isPackaged(run.result) ? run.result.layers : []
  return {
    runId: run.id,
    packageSha256: 'a'.repeat(64),
    datasetSha256: 'b'.repeat(64),
    split,
    images,
    original: Math.round(0.9173 * images),
    reconstructed: Math.round(0.91 * images),
    layers: layers.map(({ name, shape, relativeError }, at) => ({
      name,
      weights: shape.reduce((product, extent) => product * extent, 1),
      isChanged: true,
      only: { lost: Math.round((images * relativeError) / (8 + 3 * at)) + 2, won: 2 },
      putBack: { lost: 1, won: 1 + Math.round((images * relativeError) / (12 + 3 * at)) },
    })),
    device: 'onnxruntime cpu, 2 threads',
    createdAt,
  }
}
