/**
 * The input side of the predictor as tables. A positional embedding is a concatenation over layer, filter and channel,
 * so the first linear layer is a sum of three look-ups, W e = W_l e(l) + W_f e(f) + W_c e(c): only the distinct values
 * of each coordinate are embedded and multiplied (a few hundred rows), never kernels x 240 (method 1.2 and 10.3 f).
 */
import { int32Tensor, float32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import { embedCoordinates, embedValues, type Embedding } from './positional-embedding.ts'

export const coordinateAxes = ['layer', 'filter', 'channel'] as const
export type CoordinateAxis = (typeof coordinateAxes)[number]

/**
 * Program constants of one set of coordinates.
 * `tables`: `embedding.<axis>` [distinct values, 2N] and `embedding.<axis>Row` int32 [kernels] into it.
 * `rows` (Fourier features mix the coordinates inside the sine, so no sum of look-ups): `embedding.rows` [kernels, 6N].
 */
export interface EmbeddingTables {
  readonly kind: 'tables' | 'rows'
  /** Whether the three look-ups share one weight (fusion `sum`) or own a third of its columns each (`concat`). */
  readonly fusion: 'concat' | 'sum'
  readonly constants: HostTensors
}

/** @param coordinates [kernels, 3] row-major; permuted ones if kernels were permuted. */
export function embeddingTables(coordinates: Int32Array, embedding: Embedding): EmbeddingTables {
  const kernels = coordinates.length / 3
  if (embedding.type === 'fourier') {
    const rows = embedCoordinates(coordinates, embedding)
    const constants = { 'embedding.rows': float32Tensor([kernels, 6 * embedding.levels], rows) }
    return { kind: 'rows', fusion: 'concat', constants }
  }
  const constants: Record<string, HostTensors[string]> = {}
  coordinateAxes.forEach((name, axis) => {
    const column = Int32Array.from({ length: kernels }, (_, kernel) => coordinates[kernel * 3 + axis] ?? 0)
    const distinct = [...new Set(column)].sort((left, right) => left - right)
    const rowOf = new Map(distinct.map((value, row) => [value, row]))
    const shape = [distinct.length, 2 * embedding.levels]
    constants[`embedding.${name}`] = float32Tensor(shape, embedValues(distinct, embedding))
    constants[`embedding.${name}Row`] = int32Tensor(
      [kernels],
      column.map((value) => rowOf.get(value) ?? 0),
    )
  })
  return { kind: 'tables', fusion: embedding.fusion, constants }
}
