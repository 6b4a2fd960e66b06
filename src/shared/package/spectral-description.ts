/** The JSON description inside a spectral package (docs/format.md). It comes from files: parse, never trust. */
import { z } from 'zod'
import { kernelTransforms } from '../methods/spectral/config.ts'
import {
  anyLayerShapeSchema,
  measuredAccuraciesSchema,
  packagedNetworkSchema,
  storedEntrySchema,
  tensorNameSchema,
} from './package-description.ts'

/** Of the package format. A reader refuses any other. */
export const spectralPackageVersions = [1] as const

/** A coded layer; its numbers are in the coded stream, in the order of the layers. */
const layerEntrySchema = z.strictObject({
  name: tensorNameSchema,
  shape: anyLayerShapeSchema,
  /** The batch norm that the weights hold: its parameters are called after `prefix`, and its shift is the coded bias. */
  folded: z
    .strictObject({
      prefix: tensorNameSchema,
      epsilon: z.number().min(0).max(1),
      /** Of the convolution, where it had one: zeros for a reader. */
      bias: tensorNameSchema.exactOptional(),
    })
    .exactOptional(),
  /** The coded bias of a layer without a folded batch norm. */
  bias: tensorNameSchema.exactOptional(),
})
export type SpectralLayerEntry = z.infer<typeof layerEntrySchema>

/** That the exponents of all layers are relative to. */
export const stepSchema = z.number().min(1e-30).max(1e30)

export const spectralDescriptionSchema = z.strictObject({
  version: z.union(spectralPackageVersions.map((version) => z.literal(version))),
  network: packagedNetworkSchema,
  transform: z.enum(kernelTransforms),
  step: stepSchema,
  /** In the order in which the network computes them; none where all of it is kept. */
  layers: z.array(layerEntrySchema).max(100_000),
  /** Tensors that are neither coded nor folded, under their names in the original state dict. */
  kept: z.array(storedEntrySchema).max(1_000_000),
  /** CRC-32 of every section but the description. */
  checksums: z.record(z.string(), z.int().min(0)),
  /** What the experiment was configured with; for people, no reader needs it. */
  config: z.record(z.string(), z.unknown()),
  accuracies: measuredAccuraciesSchema,
})
export type SpectralDescription = z.infer<typeof spectralDescriptionSchema>
