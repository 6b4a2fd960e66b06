/**
 * The embedding of integer coordinates (method 1.2, 14.A.1 and 14.A.2), exactly as the authors' float32 code computes
 * it: the base is rounded to float32 before the power, and angles are rounded after each product. Exact arithmetic
 * would differ by up to 7e-3 for base 1.25.
 */
import { Random } from '#shared/basics/random.ts'
import type { SeededInputs } from './partition/seeded-inputs.ts'

export interface PositionalEmbedding {
  readonly type: 'positional'
  /** b: level i turns by pi * b^i a step. */
  readonly base: number
  /** N: sines and cosines each. */
  readonly levels: number
  /** `concat` gives each of the three coordinates its own 2N columns; `sum` adds the three vectors. */
  readonly fusion: 'concat' | 'sum'
}

export interface FourierEmbedding {
  readonly type: 'fourier'
  /** N: the embedding has 3N random directions, 6N columns. */
  readonly levels: number
  /** [3N, 3] row-major directions, already scaled per coordinate. */
  readonly directions: Float32Array
}

/**
 * A column for each value of each coordinate, 1 in the three a triple has: what multiplies it is a table of one vector a
 * value (first-layer-tables.ts).
 */
export interface OneHotEmbedding {
  readonly type: 'one-hot'
  /** Values of the layer, filter and channel coordinate: 0 to one below. */
  readonly sizes: readonly [layers: number, filters: number, channels: number]
}

/** Of the coordinate of a kernel. */
export type CoordinateEmbedding = PositionalEmbedding | FourierEmbedding | OneHotEmbedding

export type Embedding = CoordinateEmbedding | SeededInputs

/** Columns of an embedded coordinate triple. */
export function embeddingColumns(embedding: Embedding): number {
  if (embedding.type === 'seeded') return embedding.numbers
  if (embedding.type === 'one-hot') return embedding.sizes.reduce((sum, size) => sum + size, 0)
  if (embedding.type === 'fourier') return 6 * embedding.levels
  return embedding.fusion === 'concat' ? 6 * embedding.levels : 2 * embedding.levels
}

/** Standard deviations of the random directions along layer, filter and channel. */
const fourierScales = [1, 0.1, 0.1] as const

/** Random Fourier features; the directions depend on `seed` alone. */
export function fourierEmbedding(levels: number, seed = 0): FourierEmbedding {
  const random = Random.fromSeed(seed, 'fourier-directions')
  const directions = Float32Array.from({ length: 9 * levels }, (_, i) => random.normal() * (fourierScales[i % 3] ?? 1))
  return { type: 'fourier', levels, directions }
}

/** b^i for i = 0 .. N-1, each a float32. */
export function frequencies({ base, levels }: { readonly base: number; readonly levels: number }): Float32Array {
  const float32Base = Math.fround(base)
  return Float32Array.from({ length: levels }, (_, i) => Math.pow(float32Base, i))
}

/** [values, 2N]: sin and cos interleaved, of each single coordinate value. */
export function embedValues(values: ArrayLike<number>, embedding: PositionalEmbedding): Float32Array {
  const steps = frequencies(embedding)
  const pi = Math.fround(Math.PI)
  const columns = 2 * embedding.levels
  const table = new Float32Array(values.length * columns)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0
    for (let i = 0; i < steps.length; i++) {
      const angle = Math.fround(Math.fround(value * (steps[i] ?? 0)) * pi)
      table[row * columns + 2 * i] = Math.sin(angle)
      table[row * columns + 2 * i + 1] = Math.cos(angle)
    }
  }
  return table
}

/** [kernels, embeddingColumns] of [kernels, 3] coordinates. Training never builds this for `positional`: see tables. */
export function embedCoordinates(coordinates: Int32Array, embedding: CoordinateEmbedding): Float32Array {
  if (embedding.type === 'fourier') return embedFourier(coordinates, embedding)
  if (embedding.type === 'one-hot') return embedOneHot(coordinates, embedding)
  const kernels = coordinates.length / 3
  const single = embedValues(coordinates, embedding)
  if (embedding.fusion === 'concat') return single
  const columns = 2 * embedding.levels
  const sums = new Float32Array(kernels * columns)
  for (let row = 0; row < kernels; row++) {
    for (let column = 0; column < columns; column++) {
      const at = (axis: number): number => single[(row * 3 + axis) * columns + column] ?? 0
      sums[row * columns + column] = Math.fround(at(0) + at(1)) + at(2)
    }
  }
  return sums
}

function embedOneHot(coordinates: Int32Array, embedding: OneHotEmbedding): Float32Array {
  const columns = embeddingColumns(embedding)
  const [layers, filters] = embedding.sizes
  const starts = [0, layers, layers + filters]
  const rows = new Float32Array((coordinates.length / 3) * columns)
  coordinates.forEach((value, at) => {
    rows[Math.floor(at / 3) * columns + (starts[at % 3] ?? 0) + value] = 1
  })
  return rows
}

function embedFourier(coordinates: Int32Array, { levels, directions }: FourierEmbedding): Float32Array {
  const twoPi = 2 * Math.fround(Math.PI)
  const kernels = coordinates.length / 3
  const rows = new Float32Array(kernels * 6 * levels)
  for (let row = 0; row < kernels; row++) {
    for (let direction = 0; direction < 3 * levels; direction++) {
      let angle = 0
      for (let axis = 0; axis < 3; axis++) {
        const scaled = Math.fround((coordinates[row * 3 + axis] ?? 0) * twoPi)
        angle += scaled * (directions[direction * 3 + axis] ?? 0)
      }
      const rounded = Math.fround(angle)
      rows[row * 6 * levels + 2 * direction] = Math.sin(rounded)
      rows[row * 6 * levels + 2 * direction + 1] = Math.cos(rounded)
    }
  }
  return rows
}
