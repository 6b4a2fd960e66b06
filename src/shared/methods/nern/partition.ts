/**
 * Which kernels each part of a partitioned predictor has. One predictor of a whole network grows with the square root of
 * its weights, so that one prediction of all kernels costs the square of the network; parts of a fixed number of kernels
 * cost in proportion to it (docs/method.md).
 */
import { predictedShapeOf, type ShapedLayer } from '../../tensors/represented-shape.ts'
import type { CompressConfig } from './config.ts'

export type PartitionConfig = CompressConfig['predictor']['partition']

/** The published predictor: one of all kernels. What the other fields say counts for nothing. */
export const wholeNetwork: PartitionConfig = {
  by: 'none',
  kernels: 4096,
  earlyEmphasis: 0.3,
  inputs: 'seeded',
  numbers: 20,
}

interface SharedLayer {
  readonly kernels: number
  /** What one of its kernels counts; parts count about the same. */
  readonly share: number
}

/**
 * Kernels of each part, the parts one after another in the order of all kernels (layer by layer); undefined for a predictor
 * of all of them.
 */
export function partsOf(partition: PartitionConfig, layers: readonly ShapedLayer[]): readonly number[] | undefined {
  if (partition.by === 'none') return undefined
  const counts = layers.map((layer) => {
    const [filters, channels] = predictedShapeOf(layer)
    return filters * channels
  })
  const most = Math.max(...counts)
  const shared = counts.map((kernels) => ({ kernels, share: Math.pow(most / kernels, partition.earlyEmphasis) }))
  const kernels = counts.reduce((sum, count) => sum + count, 0)
  const whole = shared.reduce((sum, layer) => sum + layer.kernels * layer.share, 0)
  const target = whole / Math.ceil(kernels / partition.kernels)
  return partition.by === 'layers' ? partsOfLayers(shared, target) : partsAcrossLayers(shared, target)
}

/** Whether the predictor sees the embedding of a kernel's coordinate, as that of a whole network always does. */
export function seesCoordinates({ by, inputs }: PartitionConfig): boolean {
  return by === 'none' || inputs === 'coordinates'
}

/** How much more than a part layers may count together before they are no longer merged. */
const mostMerged = 1.25

/** Large layers are split evenly, small ones in a row merged while they count little more than a part. */
function partsOfLayers(layers: readonly SharedLayer[], target: number): readonly number[] {
  const parts: number[] = []
  let [merged, mergedShare] = [0, 0]
  const flush = (): void => {
    if (merged > 0) parts.push(merged)
    ;[merged, mergedShare] = [0, 0]
  }
  for (const { kernels, share } of layers) {
    const counts = kernels * share
    if (mergedShare + counts > mostMerged * target) flush()
    if (counts > mostMerged * target) {
      parts.push(...evenly(kernels, Math.min(kernels, Math.max(1, Math.round(counts / target)))))
    } else {
      merged += kernels
      mergedShare += counts
    }
  }
  flush()
  return parts
}

/** `kernels` in so many parts, the first ones one larger where it does not divide. */
function evenly(kernels: number, parts: number): readonly number[] {
  const [size, larger] = [Math.floor(kernels / parts), kernels % parts]
  return Array.from({ length: parts }, (_, part) => (part < larger ? size + 1 : size))
}

/**
 * Parts that begin where the one before ends, as large as the layer of their first kernel says: so many parts in a row have
 * the same size and are computed together.
 */
function partsAcrossLayers(layers: readonly SharedLayer[], target: number): readonly number[] {
  const parts: number[] = []
  let ahead = 0
  let left = layers.reduce((sum, { kernels }) => sum + kernels, 0)
  let size = 1
  for (const { kernels, share } of layers) {
    size = Math.max(1, Math.ceil(target / share))
    // Kernels of this layer that no earlier part reached.
    let open = kernels - ahead
    while (open > 0) {
      const part = Math.min(left, size)
      parts.push(part)
      left -= part
      open -= part
    }
    ahead = -open
  }
  return withoutRest(parts, size)
}

/** A last part of less than half the size joins the one before. */
function withoutRest(parts: readonly number[], size: number): readonly number[] {
  const [last = 0, before = 0] = [parts.at(-1), parts.at(-2)]
  return last < size / 2 && parts.length > 1 ? [...parts.slice(0, -2), before + last] : parts
}
