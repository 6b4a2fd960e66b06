import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { NetworkShape, RemainderGroup } from '#shared/package/accounting.ts'

export interface WeightShare {
  readonly title: string
  readonly values: number
  /** Colour. */
  readonly token: string
}

const remainderTitles: readonly (readonly [RemainderGroup, string, string])[] = [
  ['batch-norm', 'Batch-norm', '--series-2'],
  ['linear', 'Classifier', '--series-3'],
  ['other', 'Other layers', '--series-8'],
]

/** How many values of a network the predictor represents, and how many stay, by kind. Empty kinds are left out. */
export function weightShares(shape: NetworkShape): readonly WeightShare[] {
  const represented = shape.representedLayers.reduce(
    (sum, layer) => sum + layer.shape.reduce((size, extent) => size * extent, 1),
    0,
  )
  const remainder = remainderTitles.map(([group, title, token]) => ({
    title,
    token,
    values: shape.remainder
      .filter((entry) => entry.group === group)
      .reduce((sum, entry) => sum + sizeOf(entry.shape), 0),
  }))
  return [{ title: 'Represented', values: represented, token: '--series-1' }, ...remainder].filter(
    ({ values }) => values > 0,
  )
}
