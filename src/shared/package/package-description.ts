/** The JSON description inside a compressed package (docs/format.md). It comes from files: parse, never trust. */
import { z } from 'zod'
import { mostSeededNumbers } from '../methods/nern/config.ts'
import { networkGraphSchema } from '../network/network-graph.ts'
import { defaultPreprocessing, preprocessingSchema } from '../network/preprocessing.ts'
import { integerBits } from '../tensors/stored-tensor.ts'

/**
 * Of the package format. A reader refuses any other; a package says the lowest one that has all it needs. Version 2 added
 * sparse tensors, version 3 represented linear layers, one-hot embeddings and kept tensors of integers, version 4 coded
 * halves, version 5 partitioned predictors, seeded inputs and tiles.
 */
export const packageVersions = [1, 2, 3, 4, 5] as const

export const tensorNameSchema = z.string().min(1).max(1000)
const name = tensorNameSchema
const extent = z
  .int()
  .min(0)
  .max(2 ** 31 - 1)
const positive = extent.min(1)
const shape = z.array(extent).max(8)
const count = z.int().min(0)

export const integerBitsSchema = z.union(integerBits.map((bits) => z.literal(bits)))
export const codingSchema = z.enum(['packed', 'entropy'])

const float32Fields = { kind: z.literal('float32') }
export const float16Fields = {
  kind: z.literal('float16'),
  /** Of coded halves in the codes section, from version 4 on; absent where they are as they are in the float16 section. */
  bytes: count.exactOptional(),
}
const integerFields = {
  kind: z.literal('integer'),
  bits: integerBitsSchema,
  coding: codingSchema,
  /** Of the coded integers; the scales are in the float16 section. */
  bytes: count,
}

/** How the values of a tensor are stored. */
const storedValuesSchema = z.discriminatedUnion('kind', [
  z.strictObject(float32Fields),
  z.strictObject(float16Fields),
  z.strictObject(integerFields),
])
export type StoredValues = z.infer<typeof storedValuesSchema>

const storedEntrySchemas = [
  z.strictObject({ ...float32Fields, name, shape }),
  z.strictObject({ ...float16Fields, name, shape }),
  z.strictObject({ ...integerFields, name, shape }),
] as const

/** How one tensor is stored; its bytes follow those of the entry before it in the same section. */
export const storedEntrySchema = z.discriminatedUnion('kind', storedEntrySchemas)
export type StoredEntry = z.infer<typeof storedEntrySchema>

/** The same of a predictor's tensor, of which, from version 2 on, only the values that are not zero may be stored. */
const predictorEntrySchema = z.discriminatedUnion('kind', [
  ...storedEntrySchemas,
  z.strictObject({
    kind: z.literal('sparse'),
    name,
    shape,
    /** Which those are: `kept` of them, coded in so many bytes of the codes section before the values' own codes. */
    positions: z.strictObject({ kept: count, coding: codingSchema, bytes: count }),
    values: storedValuesSchema,
  }),
])
export type PredictorEntry = z.infer<typeof predictorEntrySchema>

/** [filters, channels, height, width] */
export const kernelShapeSchema = z.tuple([positive, positive, positive, positive])
/** Of kernels, or [outputs, inputs] of a linear layer. */
export const anyLayerShapeSchema = z.union([kernelShapeSchema, z.tuple([positive, positive])])
/** From version 3 on also linear layers; from version 5 on kernels of 1 x 1 as tiles of 3 x 3. */
const layerSchema = z.strictObject({ name, shape: anyLayerShapeSchema, tiled: z.literal(true).exactOptional() })
export type PackagedLayer = z.infer<typeof layerSchema>

const embeddingSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('positional'),
    base: z.number().positive(),
    levels: positive.max(4096),
    fusion: z.enum(['concat', 'sum']),
  }),
  z.strictObject({ type: z.literal('fourier'), levels: positive.max(4096), seed: count }),
  /** From version 3 on: a column for each value of each coordinate of the layers. */
  z.strictObject({ type: z.literal('one-hot') }),
  /** From version 5 on, with parts: random numbers of a fixed generator for each place in a part. */
  z.strictObject({ type: z.literal('seeded'), numbers: positive.max(mostSeededNumbers), seed: count }),
])
export type PackagedEmbedding = z.infer<typeof embeddingSchema>

const permutationModes = ['none', 'in-filter', 'cross-filter'] as const

/**
 * The original network: its architecture in the studio's zoo, and the SHA-256 of its stored file. Where it is none of the
 * zoo's, its architecture is a digest of `graph`.
 */
export const packagedNetworkSchema = z.strictObject({
  architecture: name,
  classes: positive,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Absent in packages from before networks had their own. */
  preprocessing: preprocessingSchema.default(defaultPreprocessing),
  graph: networkGraphSchema.exactOptional(),
})
export type PackagedNetwork = z.infer<typeof packagedNetworkSchema>

const correctOfSchema = z.strictObject({ correct: count, total: count })
/** Measured with the weights a reader of this very package gets; empty when nobody did. */
export const measuredAccuraciesSchema = z.array(
  z.strictObject({ split: z.string(), original: correctOfSchema, reconstructed: correctOfSchema }),
)

const mostParts = 1_000_000

export const packageDescriptionSchema = z.strictObject({
  version: z.union(packageVersions.map((version) => z.literal(version))),
  network: packagedNetworkSchema,
  /** Represented layers in the order of their layer coordinate. */
  layers: z.array(layerSchema).min(1).max(100_000),
  embedding: embeddingSchema,
  predictor: z.strictObject({
    inputs: positive,
    hiddenSize: positive,
    /** Linear layers, the last one included. */
    blocks: z.int().min(2).max(1000),
    outputs: positive,
    activation: z.literal('relu'),
    /** From version 5 on: kernels of each part, in the order of all kernels; absent for one predictor of all. */
    parts: z.array(positive).min(1).max(mostParts).exactOptional(),
    tensors: z.array(predictorEntrySchema).max(2000),
  }),
  permutation: z.enum(permutationModes),
  /** Tensors that are not represented, under their names in the original state dict. */
  kept: z.array(storedEntrySchema).max(1_000_000),
  /** CRC-32 of every section but the description. */
  checksums: z.record(z.string(), z.int().min(0)),
  /** What the experiment was configured with; for people, no reader needs it. */
  config: z.record(z.string(), z.unknown()),
  accuracies: measuredAccuraciesSchema,
})
export type PackageDescription = z.infer<typeof packageDescriptionSchema>

/** What a reader must know before it reads on, in the header's metadata as the value of the mark. */
export const packageMarkSchema = z.object({ version: z.int().min(1) })

/** Of the description of any kind of package. */
export type DescriptionSchema<D> = z.ZodType<D>
