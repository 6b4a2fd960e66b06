/**
 * The input side of the predictor as tables. A positional embedding is a concatenation over layer, filter and channel,
 * so the first linear layer is a sum of three look-ups, W e = W_l e(l) + W_f e(f) + W_c e(c): only the distinct values
 * of each coordinate are embedded and multiplied (a few hundred rows), never kernels x 240 (method 1.2 and 10.3 f).
 */
import { int32Tensor, float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { seededNormals, type SeededInputs } from './partition/seeded-inputs.ts'
import {
  embedCoordinates,
  embedValues,
  type Embedding,
  type OneHotEmbedding,
  type PositionalEmbedding,
} from './positional-embedding.ts'

export const coordinateAxes = ['layer', 'filter', 'channel'] as const
export type CoordinateAxis = (typeof coordinateAxes)[number]

/** Program constants of one set of coordinates. */
export type EmbeddingTables =
  | {
      readonly kind: 'tables'
      /** Whether the three look-ups share one weight (fusion `sum`) or own some of its columns each (`concat`). */
      readonly fusion: 'concat' | 'sum'
      /** Columns of the weight that each look-up owns, or all share. */
      readonly columns: AxisColumns
      /** `embedding.<axis>` [distinct values, columns] and `embedding.<axis>Row` int32 [kernels] into it. */
      readonly constants: HostTensors
    }
  | {
      /** Fourier features mix the coordinates inside the sine, so there is no sum of look-ups. */
      readonly kind: 'rows'
      /** `embedding.rows` [kernels, 6N]. */
      readonly constants: HostTensors
    }
  | {
      /** Seeded inputs are those of a kernel's place in its part: all parts have the same. */
      readonly kind: 'places'
      /** `embedding.rows` [places, numbers], `embedding.place` int32 [kernels] into it. */
      readonly constants: HostTensors
    }
type AxisColumns = readonly [layer: number, filter: number, channel: number]

/** An embedding whose columns are each of one coordinate, or a sum over such. */
export type SeparableEmbedding = PositionalEmbedding | OneHotEmbedding

/**
 * @param coordinates [kernels, 3] row-major; permuted ones if kernels were permuted
 * @param parts kernels of each part of a partitioned predictor; one with all of them when left out
 */
export function embeddingTables(
  coordinates: Int32Array,
  embedding: Embedding,
  parts: readonly number[] = [coordinates.length / 3],
): EmbeddingTables {
  const kernels = coordinates.length / 3
  if (embedding.type === 'seeded') return seededTables(embedding, parts)
  if (embedding.type === 'fourier') {
    const rows = embedCoordinates(coordinates, embedding)
    const constants = { 'embedding.rows': float32Tensor([kernels, 6 * embedding.levels], rows) }
    return { kind: 'rows', constants }
  }
  const constants: Record<string, HostTensors[string]> = {}
  const columns = axisColumns(embedding)
  coordinateAxes.forEach((name, axis) => {
    const column = Int32Array.from({ length: kernels }, (_, kernel) => coordinates[kernel * 3 + axis] ?? 0)
    const distinct = [...new Set(column)].sort((left, right) => left - right)
    const rowOf = new Map(distinct.map((value, row) => [value, row]))
    const shape = [distinct.length, columns[axis] ?? 0]
    constants[`embedding.${name}`] = float32Tensor(shape, embedAxis(distinct, axis, embedding))
    constants[`embedding.${name}Row`] = int32Tensor(
      [kernels],
      column.map((value) => rowOf.get(value) ?? 0),
    )
  })
  const fusion = embedding.type === 'one-hot' ? 'concat' : embedding.fusion
  return { kind: 'tables', fusion, columns, constants }
}

function seededTables(inputs: SeededInputs, parts: readonly number[]): EmbeddingTables {
  const places = Math.max(...parts)
  const place = Int32Array.from(parts.flatMap((kernels) => Array.from({ length: kernels }, (_, at) => at)))
  const constants = {
    'embedding.rows': float32Tensor([places, inputs.numbers], seededNormals(places, inputs)),
    'embedding.place': int32Tensor([place.length], place),
  }
  return { kind: 'places', constants }
}

/** Columns of each coordinate of its own. */
export function axisColumns(embedding: SeparableEmbedding): AxisColumns {
  if (embedding.type === 'one-hot') return embedding.sizes
  const columns = 2 * embedding.levels
  return [columns, columns, columns]
}

/** [values, columns] of values of one coordinate, 0 for the layer, 1 for the filter, 2 for the channel. */
export function embedAxis(values: readonly number[], axis: number, embedding: SeparableEmbedding): Float32Array {
  if (embedding.type === 'positional') return embedValues(values, embedding)
  const columns = embedding.sizes[axis] ?? 0
  const rows = new Float32Array(values.length * columns)
  values.forEach((value, row) => {
    rows[row * columns + value] = 1
  })
  return rows
}
