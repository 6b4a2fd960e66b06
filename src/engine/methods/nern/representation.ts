import type { RepresentedLayer } from '#networks/network.ts'
import { sizeOf, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'
import { kernelTable, naturalCoordinates, type KernelTable } from './coordinates.ts'
import { KernelSampler, type KernelDraw, type SamplingMethod } from './kernel-sampling.ts'
import { PartSampler } from './partition/part-sampler.ts'
import { embeddingTables, type EmbeddingTables } from './embedding-tables.ts'
import { kernelNorms, kernelRows, kernelRowWeights } from './kernels.ts'
import type { ReconstructionForm } from '../../training/losses/reconstruction.ts'
import { permutedCoordinates } from './permutation/network-permutation.ts'
import type { LayerPermutation } from './permutation/layer-permutation.ts'
import { embeddingColumns, type Embedding } from './positional-embedding.ts'
import { PartitionedPrediction } from './partition/partitioned-prediction.ts'
import type { Prediction } from './prediction.ts'
import { wholePrediction } from './whole-prediction.ts'
import { initialPredictor, predictorSpecs, type PredictorShape } from './predictor.ts'

export interface RepresentationOptions {
  readonly representedLayers: readonly RepresentedLayer[]
  readonly embedding: Embedding
  readonly hiddenSize: number
  /** Linear layers of the predictor, the last one included. */
  readonly blocks: number
  /** One a represented layer, in their order; none when left out. */
  readonly permutations?: readonly LayerPermutation[]
  /** Kernels of each part of a partitioned predictor; one predictor of all when left out. */
  readonly parts?: readonly number[]
}

/** What a predictor of some network's kernels is, without its values: what the programs are made from. */
export interface Representation {
  readonly table: KernelTable
  readonly tables: EmbeddingTables
  readonly predictor: PredictorShape
  readonly prediction: Prediction
  /** Specs of the predictor's parameters, in layer order. */
  readonly parameterSpecs: TensorSpecs
}

export function createRepresentation(options: RepresentationOptions): Representation {
  const { representedLayers, embedding, hiddenSize, blocks, permutations, parts } = options
  const table = kernelTable(representedLayers)
  const coordinates = permutations === undefined ? naturalCoordinates(table) : permutedCoordinates(table, permutations)
  const predictor: PredictorShape = {
    inputs: embeddingColumns(embedding),
    hiddenSize,
    blocks,
    outputs: table.kernelSize ** 2,
    ...(parts === undefined ? {} : { parts }),
  }
  const tables = embeddingTables(coordinates, embedding, parts)
  const parameterSpecs = predictorSpecs(predictor)
  const prediction =
    parts === undefined
      ? wholePrediction(tables, predictor)
      : new PartitionedPrediction(tables, predictor, parts, Object.keys(parameterSpecs))
  return { table, tables, predictor, prediction, parameterSpecs }
}

/** What draws the kernels of its steps. @param kernels a draw, where they are not all */
export function kernelDraw(
  { predictor }: Representation,
  { norms }: KernelTargets,
  { method, kernels }: { readonly method: SamplingMethod; readonly kernels: number },
): KernelDraw {
  const { parts } = predictor
  return parts === undefined
    ? new KernelSampler(method, norms, kernels)
    : new PartSampler(method, norms, parts, kernels)
}

/** A fresh predictor for it. */
export function freshPredictor(representation: Representation, random: Random): HostTensors {
  return initialPredictor(representation.predictor, random)
}

/** The original kernels as programs and samplers need them. */
export interface KernelTargets {
  /** Constants `targets` [kernels, K * K] and, where needed, `rowWeights` of the same shape. */
  readonly constants: HostTensors
  /** Euclidean norm of every original kernel, for magnitude-weighted sampling. */
  readonly norms: Float64Array
}

/** @param weights of the original network, by parameter name */
export function kernelTargets(
  { table }: Representation,
  weights: HostTensors,
  form: ReconstructionForm = 'rmse',
): KernelTargets {
  const targets = kernelRows(weights, table)
  const hasCrops = table.layers.some(
    ({ height, width, kernels, shape }) =>
      height < table.kernelSize || width < table.kernelSize || kernels * height * width > sizeOf(shape),
  )
  const needsWeights = form === 'layer-mse' || hasCrops
  return {
    constants: needsWeights ? { targets, rowWeights: kernelRowWeights(table, form) } : { targets },
    norms: kernelNorms(targets),
  }
}

/** Mean square of the original weights: error / its root is the relative error of a reconstruction. */
export function meanSquaredWeight({ table }: Representation, targets: KernelTargets): number {
  return targets.norms.reduce((sum, norm) => sum + norm * norm, 0) / table.weights
}
