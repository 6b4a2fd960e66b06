import { embeddingColumns } from '#engine/methods/nern/positional-embedding.ts'
import type { NernPackage } from '#formats/nern-package/writer.ts'
import type { LayerPermutation, PermutationMode } from '#shared/network/layer-permutation.ts'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { PackagedEmbedding, PackagedLayer } from '#shared/package/package-description.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { embeddingOf } from '#trainer/methods/nern/embedding.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { Random } from '#shared/basics/random.ts'
import { kernelSizeOf, predictedShapeOf, type KernelShape } from '#shared/tensors/represented-shape.ts'
import {
  largestCode,
  scaleRows,
  type IntegerBits,
  type StoredTensor,
  type StoredTensors,
} from '#shared/tensors/stored-tensor.ts'

export type MadeUpKind = 'float32' | 'float16' | IntegerBits

export interface MadeUpOptions {
  readonly layers?: readonly PackagedLayer[]
  readonly embedding?: PackagedEmbedding
  readonly hiddenSize?: number
  readonly blocks?: number
  readonly mode?: PermutationMode | 'none'
  /** Precision of the predictor's weights; their biases are float16 beside integers. */
  readonly predictor?: MadeUpKind
  readonly kept?: MadeUpKind
  /** Share of the predictor's weights that are zero. */
  readonly zeros?: number
  /** Shapes of kept tensors by name. */
  readonly keptShapes?: Readonly<Record<string, readonly number[]>>
  readonly seed?: number
  /** Parts that the predictor has, of about as many kernels each. */
  readonly parts?: number
}

const smallLayers: readonly PackagedLayer[] = [
  { name: 'conv1.weight', shape: [4, 3, 3, 3] },
  { name: 'conv2.weight', shape: [6, 4, 1, 1] },
]

/** A package of random content that is right in every relation its reader checks. */
export function madeUpPackage(options: MadeUpOptions = {}): NernPackage {
  const { layers = smallLayers, hiddenSize = 8, blocks = 3, mode = 'cross-filter', zeros = 0, seed = 1 } = options
  const embedding = options.embedding ?? { type: 'positional', base: 1.25, levels: 5, fusion: 'concat' }
  const random = Random.fromSeed(seed, 'made-up package')
  const kernelSize = kernelSizeOf(layers)
  const inputs = embeddingColumns(embeddingOf(embedding, layers))
  const outputs = kernelSize ** 2
  const kind = options.predictor ?? 'float32'
  const predictor: Record<string, StoredTensor> = {}
  const parts = options.parts === undefined ? undefined : madeUpParts(layers, options.parts)
  for (let block = 0; block < blocks; block++) {
    const rows = (options.parts ?? 1) * (block === blocks - 1 ? outputs : hiddenSize)
    const columns = block === 0 ? inputs : hiddenSize
    const weight = madeUpTensor([rows, columns], kind, random)
    predictor[`predictor.${block}.weight`] = zeros === 0 ? weight : withZeros(weight, zeros, random)
    predictor[`predictor.${block}.bias`] = madeUpTensor([rows], kind === 'float32' ? kind : 'float16', random)
  }
  const keptShapes = options.keptShapes ?? { 'bn1.weight': [4], 'bn1.running_var': [4], 'linear.weight': [2, 6] }
  const kept = Object.entries(keptShapes).map(([name, shape]): [string, StoredTensor] => [
    name,
    madeUpTensor(shape, options.kept ?? 'float32', random),
  ])
  return {
    network: {
      architecture: 'made-up',
      classes: 2,
      sha256: 'a'.repeat(64),
      preprocessing: preprocessingPresets['caffe-rgb'].preprocessing,
    },
    layers: layers.map(({ shape, ...layer }) => ({ ...layer, shape: [...shape] })),
    embedding,
    predictorShape: { inputs, hiddenSize, blocks, outputs, ...(parts === undefined ? {} : { parts }) },
    predictor,
    orders: mode === 'none' ? [] : layers.map((layer) => madeUpOrder(mode, predictedShapeOf(layer), random)),
    kept: Object.fromEntries(kept),
    config: fastConfig,
    accuracies: [{ split: 'test', original: { correct: 9, total: 10 }, reconstructed: { correct: 8, total: 10 } }],
  }
}

/** All but the last part of the same size. */
function madeUpParts(layers: readonly PackagedLayer[], parts: number): readonly number[] {
  const kernels = layers.reduce((sum, layer) => {
    const [filters, channels] = predictedShapeOf(layer)
    return sum + filters * channels
  }, 0)
  const size = Math.ceil(kernels / parts)
  return Array.from({ length: parts }, (_, part) => (part < parts - 1 ? size : kernels - (parts - 1) * size))
}

/** Random values of the size weights have, most of them small, at the wanted precision. */
export function madeUpTensor(shape: readonly number[], kind: MadeUpKind, random: Random): StoredTensor {
  const deviation = 1 / Math.sqrt(Math.max(4, sizeOf(shape.slice(1))))
  const normals = Float32Array.from({ length: sizeOf(shape) }, () => random.normal())
  const values = normals.map((value) => value * deviation)
  if (kind === 'float32') return { kind, shape, values }
  if (kind === 'float16') return { kind, shape, halves: Uint16Array.from(values, toFloat16Bits) }
  const largest = largestCode(kind)
  const codes = Int8Array.from(normals, (value) =>
    Math.max(-largest, Math.min(largest, Math.round(value * largest * 0.4))),
  )
  const scales = Uint16Array.from({ length: scaleRows(shape) }, () =>
    toFloat16Bits((deviation * (1 + random.uniform())) / largest),
  )
  return { kind: 'integer', shape, bits: kind, codes, scales }
}

function withZeros(tensor: StoredTensor, share: number, random: Random): StoredTensor {
  const thin = <T extends Float32Array | Uint16Array | Int8Array>(values: T): T =>
    values.map((value) => (random.uniform() < share ? 0 : value)) as T // A typed array's map keeps its type.
  switch (tensor.kind) {
    case 'float32':
      return { ...tensor, values: thin(tensor.values) }
    case 'float16':
      return { ...tensor, halves: thin(tensor.halves) }
    case 'integer':
      return { ...tensor, codes: thin(tensor.codes) }
  }
}

export function shuffled(count: number, random: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, item) => item)
  random.shuffle(order)
  return order
}

function madeUpOrder(mode: PermutationMode, [filters, channels]: KernelShape, random: Random): LayerPermutation {
  if (mode === 'cross-filter') return { mode, order: shuffled(filters * channels, random) }
  const channelOrders = new Int32Array(filters * channels)
  for (let filter = 0; filter < filters; filter++) channelOrders.set(shuffled(channels, random), filter * channels)
  return { mode, filterOrder: shuffled(filters, random), channelOrders }
}

/** The predictor with every value replaced by `value`: a package that tells one run from another. */
export function filledPredictor(predictor: StoredTensors, value: number): StoredTensors {
  return Object.fromEntries(
    Object.entries(predictor).map(([name, { shape }]) => [
      name,
      { kind: 'float32', shape, values: new Float32Array(sizeOf(shape)).fill(value) } as const,
    ]),
  )
}
