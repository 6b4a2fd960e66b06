/**
 * Kernels and their coordinates (method 1.1 and 1.3). A kernel is one k x k slice of a convolution's weight, or one number
 * of a linear layer's; all kernels of a network are numbered layer-major, then by filter (output), then by channel (input).
 */
import type { RepresentedLayer } from '#networks/network.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { kernelSizeOf, predictedShapeOf, type RepresentedShape } from '#shared/tensors/represented-shape.ts'

/** Kernels of one layer: rows `firstKernel` up to `firstKernel + filters * channels` of every per-kernel table. */
export interface LayerKernels {
  readonly name: string
  /** Of the weight the kernels are of. */
  readonly shape: RepresentedShape
  /** Whether they are tiles of its 1 x 1 kernels (tiles.ts); filters, channels, height and width are then those of tiles. */
  readonly tiled?: true
  readonly filters: number
  readonly channels: number
  /** Height and width of the layer's own kernels. */
  readonly height: number
  readonly width: number
  readonly firstKernel: number
  readonly kernels: number
}

export interface KernelTable {
  readonly layers: readonly LayerKernels[]
  /** Kernels in all. */
  readonly kernels: number
  /** K: every kernel is predicted at K x K, the largest extent of any layer, and cropped to its layer's size. */
  readonly kernelSize: number
  /** Represented weights in all: N of the reconstruction loss. */
  readonly weights: number
}

export function kernelTable(representedLayers: readonly RepresentedLayer[]): KernelTable {
  const layers: LayerKernels[] = []
  let firstKernel = 0
  let weights = 0
  for (const { name, shape, tiled } of representedLayers) {
    const layer = tiled === undefined ? { shape } : { shape, tiled }
    const [filters, channels, height, width] = predictedShapeOf(layer)
    const kernels = filters * channels
    layers.push({ name, ...layer, filters, channels, height, width, firstKernel, kernels })
    firstKernel += kernels
    weights += sizeOf(shape)
  }
  return { layers, kernels: firstKernel, kernelSize: kernelSizeOf(representedLayers), weights }
}

/** [kernels, 3] row-major (layer, filter, channel), without a permutation. */
export function naturalCoordinates(table: KernelTable): Int32Array {
  const coordinates = new Int32Array(table.kernels * 3)
  let at = 0
  table.layers.forEach(({ filters, channels }, layer) => {
    for (let filter = 0; filter < filters; filter++) {
      for (let channel = 0; channel < channels; channel++) {
        coordinates[at++] = layer
        coordinates[at++] = filter
        coordinates[at++] = channel
      }
    }
  })
  return coordinates
}
