/**
 * Low-rank convolutions: the kernels of a layer as a matrix, and of its singular value decomposition only the largest
 * terms, stored as two factors of halves. `filters`: a row a filter (Denton et al. 2014, Zhang et al. 2015); `separable`: a
 * row a channel and row of the kernel, a column a filter and column of it, which is a vertical after a horizontal
 * convolution (Tai et al. 2016).
 */
import { toFloat16Bits } from '#shared/basics/float16.ts'
import {
  unfoldedIndex,
  unfoldedSize,
  type CompressedTensor,
  type Unfolding,
} from '#shared/tensors/compressed-tensor.ts'
import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

export interface LowRankOptions {
  readonly unfolding: Unfolding
  /** What `share` is of: of the squared norm, which must be reached, or of the full rank. */
  readonly rule: 'energy' | 'rank'
  /** Above 0, at most 1. */
  readonly share: number
}

/** @param kernels [filters, channels, height, width]; a layer whose factors would be no smaller is stored as halves */
export function approximateByLowRank(kernels: HostTensor, options: LowRankOptions): CompressedTensor {
  const { unfolding } = options
  const { shape } = kernels
  const [rows, columns] = unfoldedSize(shape, unfolding)
  const matrix = new Float64Array(rows * columns)
  kernels.data.forEach((value, at) => {
    matrix[unfoldedIndex(shape, unfolding, at)] = value
  })
  const { left, right, rank } = truncatedFactors(matrix, rows, columns, options)
  if (rank * (rows + columns) >= rows * columns) {
    return { kind: 'float16', shape, halves: Uint16Array.from(kernels.data, toFloat16Bits) }
  }
  return {
    kind: 'low-rank',
    shape,
    unfolding,
    rank,
    left: Uint16Array.from(left, toFloat16Bits),
    right: Uint16Array.from(right, toFloat16Bits),
  }
}

interface Factors {
  /** [rows, rank] */
  readonly left: Float64Array
  /** [rank, columns] */
  readonly right: Float64Array
  readonly rank: number
}

function truncatedFactors(matrix: Float64Array, rows: number, columns: number, options: LowRankOptions): Factors {
  const isWide = rows <= columns
  const size = Math.min(rows, columns)
  // The smaller of A A^T and A^T A; its eigenvectors are the singular vectors of that side.
  const { values, vectors } = symmetricEigen(gram(matrix, rows, columns, isWide), size)
  const rank = rankFor(values, options)
  const left = new Float64Array(rows * rank)
  const right = new Float64Array(rank * columns)
  for (let term = 0; term < rank; term++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = matrix[row * columns + column] ?? 0
        const vector = vectors[term * size + (isWide ? row : column)] ?? 0
        if (isWide) right[term * columns + column] = (right[term * columns + column] ?? 0) + vector * value
        else left[row * rank + term] = (left[row * rank + term] ?? 0) + vector * value
      }
    }
    if (isWide) for (let row = 0; row < rows; row++) left[row * rank + term] = vectors[term * size + row] ?? 0
    else right.set(vectors.subarray(term * size, (term + 1) * size), term * columns)
  }
  return { left, right, rank }
}

/** A A^T [rows, rows] of a wide matrix, A^T A [columns, columns] of a tall one. */
function gram(matrix: Float64Array, rows: number, columns: number, isWide: boolean): Float64Array {
  const size = isWide ? rows : columns
  const length = isWide ? columns : rows
  const at = (index: number, along: number): number =>
    matrix[isWide ? index * columns + along : along * columns + index] ?? 0
  const products = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      let sum = 0
      for (let along = 0; along < length; along++) sum += at(i, along) * at(j, along)
      products[i * size + j] = sum
      products[j * size + i] = sum
    }
  }
  return products
}

/** @param energies squared singular values, largest first */
function rankFor(energies: Float64Array, { rule, share }: LowRankOptions): number {
  if (rule === 'rank') return Math.max(1, Math.ceil(share * energies.length))
  const whole = energies.reduce((sum, energy) => sum + Math.max(0, energy), 0)
  let reached = 0
  let rank = 0
  while (rank < energies.length && (rank === 0 || reached < share * whole))
    reached += Math.max(0, energies[rank++] ?? 0)
  return rank
}
