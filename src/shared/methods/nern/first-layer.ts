/**
 * What the first linear layer of a stored predictor multiplies: the embedding it was fitted with, or one column for each
 * value of a coordinate (docs/adr/0009).
 */
import type { CompressConfig } from './config.ts'
import { seesCoordinates } from './partition.ts'
import { predictedShapeOf, type ShapedLayer } from '../../tensors/represented-shape.ts'

/** Values of the layer, filter and channel coordinate of these represented layers, each from 0 on. */
export function coordinateSizes(layers: readonly ShapedLayer[]): readonly [number, number, number] {
  const most = (axis: 0 | 1): number => layers.reduce((size, layer) => Math.max(size, predictedShapeOf(layer)[axis]), 0)
  return [layers.length, most(0), most(1)]
}

/** Columns of what a predictor is fitted with: sin and cos a level for each coordinate (method 1.2), or random numbers. */
function fittedInputs({ embedding, predictor }: Pick<CompressConfig, 'embedding' | 'predictor'>): number {
  return seesCoordinates(predictor.partition) ? 2 * embedding.levels * 3 : predictor.partition.numbers
}

/**
 * Whether the first layer is stored as tables. Fourier features mix the coordinates and have none; parts would have a table
 * each, of the coordinates of the whole network.
 */
export function storesTables(config: CompressConfig, layers: readonly ShapedLayer[]): boolean {
  const { embedding, storage, predictor } = config
  if (storage.firstLayer === 'weights' || embedding.type === 'fourier' || predictor.partition.by !== 'none')
    return false
  return tableInputs(layers) < fittedInputs(config)
}

/** Columns of the first layer that is stored. */
export function storedInputs(config: CompressConfig, layers: readonly ShapedLayer[]): number {
  return storesTables(config, layers) ? tableInputs(layers) : fittedInputs(config)
}

/** Columns of a first layer of tables. */
export function tableInputs(layers: readonly ShapedLayer[]): number {
  return coordinateSizes(layers).reduce((sum, size) => sum + size, 0)
}
