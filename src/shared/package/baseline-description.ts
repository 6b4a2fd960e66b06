/** The JSON description inside a baseline's package (docs/format.md). It comes from files: parse, never trust. */
import { z } from 'zod'
import { unfoldings } from '../tensors/compressed-tensor.ts'
import {
  codingSchema,
  float16Fields,
  integerBitsSchema,
  kernelShapeSchema,
  measuredAccuraciesSchema,
  packagedNetworkSchema,
  storedEntrySchema,
  tensorNameSchema,
} from './package-description.ts'

/**
 * Of the package format. A reader refuses any other. Version 2 added kept tensors of integers, version 3 coded halves, version
 * 4 integers by contexts.
 */
export const baselinePackageVersions = [1, 2, 3, 4] as const

const layer = { name: tensorNameSchema, shape: kernelShapeSchema }
const bytes = z.int().min(0)
const count = bytes
const bitsOfSymbol = z.int().min(1).max(8)
const codes = { coding: codingSchema, bytes }

/** Which weights of a sparse layer are stored: a bit a weight, or how many zeros stand before each. */
const positionsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('bitmap'), ...codes }),
  z.strictObject({ kind: z.literal('gaps'), bits: bitsOfSymbol.min(2), symbols: count, ...codes }),
])
export type PositionsEntry = z.infer<typeof positionsSchema>

/** How the kernels of one layer are stored; its bytes follow those of the layer before it in the same section. */
const layerEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...float16Fields, ...layer }),
  z.strictObject({
    kind: z.literal('integer'),
    ...layer,
    bits: integerBitsSchema,
    /** `contexts`, from version 4 on, follows the kernels of this layer and of those before it. */
    coding: z.enum([...codingSchema.options, 'contexts']),
    bytes,
  }),
  z.strictObject({ kind: z.literal('codebook'), ...layer, bits: bitsOfSymbol, ...codes }),
  z.strictObject({
    kind: z.literal('low-rank'),
    ...layer,
    unfolding: z.enum(unfoldings),
    rank: count.min(1),
    /** Of both factors together, as coded halves. */
    bytes: float16Fields.bytes,
  }),
  z.strictObject({
    kind: z.literal('sparse'),
    ...layer,
    /** Weights that are stored. */
    stored: count,
    positions: positionsSchema,
    values: z.discriminatedUnion('kind', [
      z.strictObject(float16Fields),
      z.strictObject({ kind: z.literal('integer'), bits: integerBitsSchema, ...codes }),
    ]),
  }),
])
export type LayerEntry = z.infer<typeof layerEntrySchema>

export const baselineDescriptionSchema = z.strictObject({
  version: z.union(baselinePackageVersions.map((version) => z.literal(version))),
  network: packagedNetworkSchema,
  /** In the order of the network's represented layers. */
  layers: z.array(layerEntrySchema).min(1).max(100_000),
  /** Tensors that are no represented kernels, under their names in the original state dict. */
  kept: z.array(storedEntrySchema).max(1_000_000),
  /** CRC-32 of every section but the description. */
  checksums: z.record(z.string(), z.int().min(0)),
  /** What the experiment was configured with; for people, no reader needs it. */
  config: z.record(z.string(), z.unknown()),
  accuracies: measuredAccuraciesSchema,
})
export type BaselineDescription = z.infer<typeof baselineDescriptionSchema>
