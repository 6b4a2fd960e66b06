import { permutedFilterChannels } from '#engine/methods/nern/permutation/layer-permutation.ts'
import type { CompressSetup } from './setup.ts'

/** Place of every kernel of a layer on the path that its coordinates follow; undefined without a permutation, and for tiles. */
export function kernelPlaces({ representation, permutation }: CompressSetup, name: string): Int32Array | undefined {
  const { layers } = representation.table
  const at = layers.findIndex((layer) => layer.name === name)
  const layer = layers[at]
  const found = permutation.permutations[at]
  if (layer === undefined || found === undefined || layer.tiled !== undefined) return undefined
  const coordinates = permutedFilterChannels(found, layer)
  return Int32Array.from(
    { length: layer.kernels },
    (_, kernel) => (coordinates[2 * kernel] ?? 0) * layer.channels + (coordinates[2 * kernel + 1] ?? 0),
  )
}
