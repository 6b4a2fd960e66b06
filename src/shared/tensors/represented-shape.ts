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
}

export function isLinearShape(shape: RepresentedShape): shape is LinearShape {
  return shape.length === 2
}

/** The weight as kernels: a linear layer has one of 1 x 1 for each output and input, as a convolution of 1 x 1 has. */
export function kernelShapeOf(shape: RepresentedShape): KernelShape {
  return isLinearShape(shape) ? [...shape, 1, 1] : shape
}

/** K, the largest height or width of any kernel: all are predicted at K x K and cropped. */
export function kernelSizeOf(layers: readonly ShapedLayer[]): number {
  return layers.reduce((most, { shape }) => {
    const [, , height, width] = kernelShapeOf(shape)
    return Math.max(most, height, width)
  }, 1)
}
