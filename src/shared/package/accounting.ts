/**
 * Honest sizes: the bytes of a package part by part, against the original in the same accounting; expected ones by
 * pure arithmetic on shapes, so that the editor can show them while the user types, and measured ones of a finished run.
 */
import { z } from 'zod'
import type { PredictorPrecision } from '../methods/nern/config.ts'
import type { RemainderPrecision } from '../experiment/config-fields.ts'
import { formatCount } from '../basics/format.ts'
import { sizeOf } from '../tensors/host-tensor.ts'
import { linearShapeSchema, representedShapeSchema } from '../tensors/represented-shape.ts'
import { scaleRows } from '../tensors/stored-tensor.ts'

const layerShapeSchema = z
  .strictObject({
    name: z.string(),
    shape: representedShapeSchema,
    /** Whether a predictor sees its kernels of 1 x 1 as tiles. */
    tiled: z.literal(true).exactOptional(),
  })
  .readonly()
export type LayerShape = z.infer<typeof layerShapeSchema>

/** A tensor the predictor does not represent: of batch-norm, classifier, biases, other layers. */
const remainderTensorSchema = z
  .strictObject({
    name: z.string(),
    shape: z.array(z.int()).readonly(),
    group: z.enum(['batch-norm', 'linear', 'other']),
    /** Of a batch norm: never stored as integers, since what divides needs its small values as exact as its large ones. */
    isVariance: z.boolean(),
    /** `shape`, of a linear layer's weight, which a configuration can have represented. */
    linearShape: linearShapeSchema.exactOptional(),
  })
  .readonly()
export type RemainderTensor = z.infer<typeof remainderTensorSchema>
export type RemainderGroup = RemainderTensor['group']

/** What accounting needs to know of a network. */
export const networkShapeSchema = z
  .strictObject({
    representedLayers: z.array(layerShapeSchema).readonly(),
    remainder: z.array(remainderTensorSchema).readonly(),
  })
  .readonly()
export type NetworkShape = z.infer<typeof networkShapeSchema>

export const sizePartNames = [
  'predictor',
  'permutation',
  /** Represented kernels that are stored themselves: what a baseline has instead of predictor and permutation. */
  'kernels',
  'batch-norm',
  'linear',
  'other',
  'header',
] as const
export type SizePartName = (typeof sizePartNames)[number]

const sizePartSchema = z.strictObject({
  part: z.enum(sizePartNames),
  bytes: z.number(),
  /** How it is stored, e.g. `117,289 parameters, float32`. */
  detail: z.string(),
})
export type SizePart = Readonly<z.infer<typeof sizePartSchema>>

export const sizeBreakdownSchema = z.strictObject({
  parts: z.array(sizePartSchema.readonly()).readonly(),
  totalBytes: z.number(),
  /** The original state dict in float32, batch-norm statistics and classifier counted, without a header. */
  originalBytes: z.number(),
  /** originalBytes / totalBytes: everything counted. */
  compressionRatio: z.number(),
  /**
   * Predictor parameters / represented weights in percent: the paper's accounting, permutations not counted. Absent, as
   * the parameters, where there is no predictor.
   */
  relativeSizePercent: z.number().exactOptional(),
  predictorParameters: z.number().exactOptional(),
  representedWeights: z.number(),
  kernels: z.number(),
  /** What plain storage of the original would weigh, same accounting. */
  baselines: z.strictObject({ float16Bytes: z.number(), int8Bytes: z.number() }).readonly(),
})
export type SizeBreakdown = Readonly<z.infer<typeof sizeBreakdownSchema>>

export const bytesPerElement = { float32: 4, float16: 2 } as const
/**
 * Bits of a weight as a coded half (docs/format.md), its tensor's histogram not counted. Normally distributed weights take
 * 13.49 whatever their deviation; measured are 13.5 on kernels of a ResNet-20 and 13.8 on predictors (docs/adr/0010).
 */
const codedHalfBits = 13.7
const histogramSymbols = 64
/** A row's scale, and its bias, beside integer weights. */
export const bitsPerHalf = 16
/**
 * Header and compressed description of a package: a fixed part, and what each tensor's name and shape adds. Measured on
 * the CIFAR ResNets (docs/format.md); a finished run shows the measured bytes instead.
 */
const headerBytes = { fixed: 1500, perTensor: 3 } as const

/** Bits of a weight at `precision`, row scales not counted. */
export function bitsPerWeight(precision: PredictorPrecision): number {
  if (precision === 'float32') return 32
  return precision === 'float16' ? 16 : Number(precision.slice('int'.length))
}

/** Bits of `count` halves of one tensor, about: coded where that is expected to be shorter. */
export function halvesBits(count: number): number {
  if (count === 0) return 0
  const histogramBits = histogramSymbols * (Math.floor(Math.log2(count)) + 1)
  return Math.min(count * bitsPerHalf, count * codedHalfBits + histogramBits)
}

/** Whether weights of this precision are integers with a scale a row. */
export function isIntegerPrecision(precision: PredictorPrecision): boolean {
  return precision.startsWith('int')
}

/**
 * Expected parts of every package: what is not represented, and the header.
 * @param allowsEntropy without it every number takes exactly its bits
 */
export function expectedRemainder(
  network: NetworkShape,
  precision: RemainderPrecision,
  allowsEntropy = true,
): readonly SizePart[] {
  const groups = ['batch-norm', 'linear', 'other'] as const
  const tensors = network.representedLayers.length + network.remainder.length
  return [
    ...groups.map((part) => {
      const own = network.remainder.filter(({ group }) => group === part)
      const elements = own.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
      const bytes = own.reduce((sum, tensor) => sum + remainderBytes(tensor, precision, allowsEntropy), 0)
      return { part, bytes, detail: `${formatCount(elements)} values, ${precision}` }
    }),
    {
      part: 'header',
      bytes: headerBytes.fixed + headerBytes.perTensor * tensors,
      detail: 'description and tensor table, estimate',
    },
  ]
}

/** Bytes of one tensor that is not represented; of its integers before any entropy coding. */
function remainderBytes(
  { shape, isVariance }: RemainderTensor,
  precision: RemainderPrecision,
  allowsEntropy: boolean,
): number {
  const count = sizeOf(shape)
  if (precision === 'float32') return count * bytesPerElement.float32
  const isHalf = precision === 'float16' || isVariance
  if (!isHalf) return count + bytesPerElement.float16 * scaleRows(shape)
  return allowsEntropy ? Math.ceil(halvesBits(count) / 8) : count * bytesPerElement.float16
}

/** Of everything of the original in float32, without a header. */
export function originalBytesOf({ representedLayers, remainder }: NetworkShape): number {
  return [...representedLayers, ...remainder].reduce(
    (sum, { shape }) => sum + sizeOf(shape) * bytesPerElement.float32,
    0,
  )
}

/** The whole of `parts`, measured or expected, against the original. */
export function sizesOfParts(network: NetworkShape, parts: readonly SizePart[]): SizeBreakdown {
  const kernels = network.representedLayers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0)
  const representedWeights = network.representedLayers.reduce((sum, layer) => sum + sizeOf(layer.shape), 0)
  const totalBytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  const remainderElements = network.remainder.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const originalBytes = originalBytesOf(network)
  const filters = network.representedLayers.reduce((sum, { shape }) => sum + shape[0], 0)
  return {
    parts,
    totalBytes,
    originalBytes,
    compressionRatio: originalBytes / totalBytes,
    representedWeights,
    kernels,
    baselines: {
      float16Bytes: originalBytes / 2,
      // int8 weights with one fp16 scale a filter, the remainder in fp16.
      int8Bytes: representedWeights + filters * 2 + remainderElements * 2,
    },
  }
}
