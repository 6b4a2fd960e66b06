import type { LayerStatistics } from '../protocol/records.ts'

/**
 * Mean cosine of neighbouring kernels, in [-1, 1], over the represented layers: their means weighted by how many pairs
 * of neighbours they have. Undefined where no represented layer has one, as of 1 x 1 kernels alone.
 */
export function networkSmoothness(
  layers: readonly Pick<LayerStatistics, 'isRepresented' | 'shape' | 'smoothness'>[],
): number | undefined {
  let sum = 0
  let pairs = 0
  for (const { isRepresented, shape, smoothness } of layers) {
    if (!isRepresented || smoothness === undefined) continue
    const [filters = 0, channels = 0] = shape
    const neighbours = filters * (channels - 1) + (filters - 1) * channels
    sum += neighbours * smoothness
    pairs += neighbours
  }
  return pairs === 0 ? undefined : sum / pairs
}
