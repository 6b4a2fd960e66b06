/** Shape of a weight that a predictor represents. */

import { z } from 'zod'

/** [filters, channels, height, width] of a convolution's weight. */
const kernelShapeSchema = z.tuple([z.int(), z.int(), z.int(), z.int()]).readonly()
export type KernelShape = z.infer<typeof kernelShapeSchema>

/** [outputs, inputs] of a linear layer's weight. */
export const linearShapeSchema = z.tuple([z.int(), z.int()]).readonly()
export type LinearShape = z.infer<typeof linearShapeSchema>

export const representedShapeSchema = z.union([kernelShapeSchema, linearShapeSchema])
export type RepresentedShape = z.infer<typeof representedShapeSchema>

/** A represented layer, for what depends on its shape alone. */
export interface ShapedLayer {
  readonly shape: RepresentedShape
  /** Whether a predictor sees its kernels of 1 x 1 as tiles: nine of them, of three filters and three channels, as one of 3 x 3. */
  readonly tiled?: true
}

/** Filters and channels of a tile. */
export const tileSize = 3

export function isLinearShape(shape: RepresentedShape): shape is LinearShape {
  return shape.length === 2
}

/** The weight as kernels: a linear layer has one of 1 x 1 for each output and input, as a convolution of 1 x 1 has. */
export function kernelShapeOf(shape: RepresentedShape): KernelShape {
  return isLinearShape(shape) ? [...shape, 1, 1] : shape
}

/** [filters, channels, height, width] of the kernels that a predictor gives: of a tiled layer those of its tiles. */
export function predictedShapeOf({ shape, tiled }: ShapedLayer): KernelShape {
  const kernels = kernelShapeOf(shape)
  if (tiled === undefined) return kernels
  const [filters, channels] = kernels
  return [Math.ceil(filters / tileSize), Math.ceil(channels / tileSize), tileSize, tileSize]
}

/** Whether the layer has kernels of 1 x 1, which can be seen as tiles. */
export function canBeTiled({ shape }: ShapedLayer): boolean {
  const [, , height, width] = kernelShapeOf(shape)
  return height === 1 && width === 1
}

/** The layers as a predictor sees them where kernels of 1 x 1 are to be tiles, or where they are not. */
export function seenAsTiles<Layer extends ShapedLayer>(layers: readonly Layer[], tiles: boolean): readonly Layer[] {
  return tiles ? layers.map((layer) => (canBeTiled(layer) ? { ...layer, tiled: true } : layer)) : layers
}

/** K, the largest height or width of any kernel: all are predicted at K x K and cropped. */
export function kernelSizeOf(layers: readonly ShapedLayer[]): number {
  return layers.reduce((most, layer) => {
    const [, , height, width] = predictedShapeOf(layer)
    return Math.max(most, height, width)
  }, 1)
}
