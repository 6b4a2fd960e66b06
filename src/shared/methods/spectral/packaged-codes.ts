/** What a spectral package says of its kernels, code by code: a few kernels of each layer, and sums over all of it. */
import { z } from 'zod'
import { sampledLayerSchema } from '../../tensors/kernel-sample.ts'
import { kernelTransforms } from './config.ts'

const frequencySchema = z
  .strictObject({
    /** Of the package times the layer's exponent: a code times it is a coefficient. */
    step: z.number(),
    /** Of all codes of this frequency together. */
    bits: z.number(),
    /** Codes that are 0. */
    zeros: z.int(),
  })
  .readonly()

const packagedLayerSchema = z
  .strictObject({
    /** Which kernels are shown. */
    sample: sampledLayerSchema,
    /** Codes of the whole layer. */
    codeCount: z.int(),
    /** What the entropy coder spent on them. */
    bits: z.number(),
    /** Of a kernel, row by row, as the transform orders them. */
    frequencies: z.array(frequencySchema).min(1).readonly(),
    /** Of the shown kernels: [filters, channels, frequencies]. */
    codes: z.instanceof(Int32Array),
    codeBits: z.instanceof(Float32Array),
    /** The original's coefficients, batch norms folded, over the gains of the package: what a code times its step stands for. */
    coefficients: z.instanceof(Float32Array),
  })
  .readonly()
export type PackagedLayerCodes = z.infer<typeof packagedLayerSchema>

export const packagedCodesSchema = z.strictObject({
  transform: z.enum(kernelTransforms),
  /** Of the coded stream of all layers. */
  streamBytes: z.int(),
  /** Of steps, gains and biases, in the same stream. */
  sideBits: z.number(),
  /** In the order in which the network computes them. */
  layers: z.array(packagedLayerSchema).readonly(),
})
export type PackagedCodes = z.infer<typeof packagedCodesSchema>
