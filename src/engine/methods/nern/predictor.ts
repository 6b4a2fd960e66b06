/**
 * The predictor: a perceptron from the embedding of a kernel's coordinate to its K x K weights (method 2).
 * Linear layers with biases, ReLU after each but the last.
 */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix, asVector } from '#engine/network/tensor-rank.ts'
import { float32Tensor, sizeOf, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'
import { coordinateAxes, type CoordinateAxis, type EmbeddingTables } from './embedding-tables.ts'
import { named } from '../../program/named.ts'

export interface PredictorShape {
  /** Columns of the embedding. */
  readonly inputs: number
  readonly hiddenSize: number
  /** Linear layers in all, at least 2. */
  readonly blocks: number
  /** K * K. */
  readonly outputs: number
  /**
   * Kernels of each part of a partitioned predictor, in the order of all kernels; absent for one predictor of all. Rows of
   * the parts' parameters lie one after another in the same tensors.
   */
  readonly parts?: readonly number[]
}

/** Name of a parameter of linear layer `block`; weights are [outputs, inputs], biases [outputs]. */
export function predictorParameter(block: number, kind: 'weight' | 'bias'): string {
  return `predictor.${block}.${kind}`
}

/** Names of the square matrices between two hidden layers: the ones Muon orthogonalises. */
export function hiddenMatrices(blocks: number): readonly string[] {
  return Array.from({ length: Math.max(0, blocks - 2) }, (_, at) => predictorParameter(at + 1, 'weight'))
}

/** Shapes by name, in layer order, weight before bias. */
export function predictorSpecs({ inputs, hiddenSize, blocks, outputs, parts }: PredictorShape): TensorSpecs {
  const specs: Record<string, TensorSpecs[string]> = {}
  for (let block = 0; block < blocks; block++) {
    const rows = (parts?.length ?? 1) * (block === blocks - 1 ? outputs : hiddenSize)
    const columns = block === 0 ? inputs : hiddenSize
    specs[predictorParameter(block, 'weight')] = { shape: [rows, columns], dtype: 'float32' }
    specs[predictorParameter(block, 'bias')] = { shape: [rows], dtype: 'float32' }
  }
  return specs
}

/** Weights and biases uniform in +-1/sqrt(inputs of the layer), the usual start of a linear layer in PyTorch. */
export function initialPredictor(shape: PredictorShape, random: Random): HostTensors {
  const specs = predictorSpecs(shape)
  const tensors: Record<string, HostTensors[string]> = {}
  for (const [name, spec] of Object.entries(specs)) {
    const bound = 1 / Math.sqrt(name.startsWith('predictor.0.') ? shape.inputs : shape.hiddenSize)
    const values = Float32Array.from({ length: sizeOf(spec.shape) }, () => (2 * random.uniform() - 1) * bound)
    tensors[name] = float32Tensor(spec.shape, values)
  }
  return tensors
}

/**
 * Predicts kernels as [kernels, K * K].
 * @param tensors parameters and the constants of `tables`
 * @param kernels int32 [n] rows of the tables; left out, all kernels in their order
 */
export function predict(
  tensors: NamedTensors,
  tables: EmbeddingTables,
  blocks: number,
  kernels?: tf.Tensor1D,
): tf.Tensor2D {
  const rowsOf = (table: tf.Tensor): tf.Tensor => (kernels === undefined ? table : tf.gather(table, kernels))
  return laterLayers(tensors, blocks, firstLayer(tensors, tables)(rowsOf))
}

/**
 * Input of linear layer `block` for chosen kernels, [n, columns of its weight].
 * @param kernels int32 [n]
 */
export function layerInput(
  tensors: NamedTensors,
  tables: EmbeddingTables,
  block: number,
  kernels: tf.Tensor1D,
): tf.Tensor2D {
  const rowsOf = (table: tf.Tensor): tf.Tensor => tf.gather(table, kernels)
  if (block > 0) return hiddenLayers(tensors, block, firstLayer(tensors, tables)(rowsOf))
  return predictorInput(tensors, tables, rowsOf)
}

/** What a predictor sees of chosen kernels, [n, inputs]. */
export function predictorInput(tensors: NamedTensors, tables: EmbeddingTables, rowsOf: RowsOf): tf.Tensor2D {
  const rows = (): tf.Tensor => named(tensors, 'embedding.rows')
  if (tables.kind === 'rows') return asMatrix(rowsOf(rows()))
  if (tables.kind === 'places') return asMatrix(tf.gather(rows(), asVector(rowsOf(named(tensors, 'embedding.place')))))
  const parts = coordinateAxes.map((axis) =>
    tf.gather(named(tensors, `embedding.${axis}`), rowsOf(named(tensors, `embedding.${axis}Row`))),
  )
  return asMatrix(tables.fusion === 'concat' ? tf.concat(parts, 1) : tf.addN(parts))
}

/** Kernels a part: its activations stay in a processor's cache from layer to layer. */
const partSize = 2048
/** A part is a dozen operators; large networks get larger parts instead of more of them. */
const mostParts = 32

/**
 * Predicts kernels, [kernels, K * K], part by part. Its numbers are those of `predict`; it is the faster way to
 * them without a gradient, and holds the activations of one part at a time.
 * @param chosen int32 [n] rows of the tables; left out, all kernels in their order
 */
export function predictInParts(
  tensors: NamedTensors,
  tables: EmbeddingTables,
  blocks: number,
  chosen?: tf.Tensor1D,
): tf.Tensor2D {
  const kernels = chosen?.size ?? kernelsOf(tensors, tables)
  const size = Math.max(partSize, Math.ceil(kernels / mostParts))
  if (size >= kernels) return predict(tensors, tables, blocks, chosen)
  const first = firstLayer(tensors, tables)
  const parts: tf.Tensor2D[] = []
  for (let start = 0; start < kernels; start += size) {
    const length = Math.min(size, kernels - start)
    const rowsOf = (table: tf.Tensor): tf.Tensor =>
      chosen === undefined ? tf.slice(table, start, length) : tf.gather(table, tf.slice1d(chosen, start, length))
    parts.push(laterLayers(tensors, blocks, first(rowsOf)))
  }
  return tf.concat(parts)
}

function kernelsOf(tensors: NamedTensors, tables: EmbeddingTables): number {
  const names = { rows: 'embedding.rows', places: 'embedding.place', tables: 'embedding.layerRow' } as const
  const [kernels = 0] = named(tensors, names[tables.kind]).shape
  return kernels
}

/** The layers after the first, on its output [kernels, hiddenSize] before the activation. */
function laterLayers(tensors: NamedTensors, blocks: number, first: tf.Tensor2D): tf.Tensor2D {
  return linear(tensors, blocks - 1, hiddenLayers(tensors, blocks - 1, first))
}

/** Activations after the first `count` layers, out of the first one's output before its own. */
function hiddenLayers(tensors: NamedTensors, count: number, first: tf.Tensor2D): tf.Tensor2D {
  let activation: tf.Tensor2D = tf.relu(first)
  for (let block = 1; block < count; block++) activation = tf.relu(linear(tensors, block, activation))
  return activation
}

function linear(tensors: NamedTensors, block: number, input: tf.Tensor2D): tf.Tensor2D {
  const product = tf.matMul(input, named(tensors, predictorParameter(block, 'weight')), false, true)
  return tf.add(product, named(tensors, predictorParameter(block, 'bias')))
}

/** Chooses kernels from a constant that has one row a kernel. */
export type RowsOf = (table: tf.Tensor) => tf.Tensor

/** The first linear layer as a function of the chosen kernels, [kernels, hiddenSize], before its activation. */
function firstLayer(tensors: NamedTensors, tables: EmbeddingTables): (rowsOf: RowsOf) => tf.Tensor2D {
  const weight = named(tensors, predictorParameter(0, 'weight'))
  const bias = named(tensors, predictorParameter(0, 'bias'))
  if (tables.kind !== 'tables') {
    return (rowsOf) => tf.add(tf.matMul(predictorInput(tensors, tables, rowsOf), weight, false, true), bias)
  }
  const [layerWeight, filterWeight, channelWeight] =
    tables.fusion === 'sum' ? [weight, weight, weight] : tf.split(weight, [...tables.columns], 1)
  const product = (axis: CoordinateAxis, columns: tf.Tensor | undefined): tf.Tensor =>
    tf.matMul(named(tensors, `embedding.${axis}`), columns ?? weight, false, true)
  // The bias joins the shortest table, so it is added a few dozen times and not once a kernel.
  const byLayer = tf.add(product('layer', layerWeight), bias)
  const byFilter = product('filter', filterWeight)
  const byChannel = product('channel', channelWeight)
  return (rowsOf) => {
    const lookUp = (axis: CoordinateAxis, table: tf.Tensor): tf.Tensor =>
      tf.gather(table, rowsOf(named(tensors, `embedding.${axis}Row`)))
    return tf.add(tf.add(lookUp('layer', byLayer), lookUp('filter', byFilter)), lookUp('channel', byChannel))
  }
}
