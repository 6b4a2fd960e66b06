/**
 * Rounding a linear layer so that its outputs change least (Frantar et al. 2023, GPTQ; after Hassibi and Stork 1993):
 * columns are rounded one after another, and the error of each is made up for by those not yet rounded and by the bias,
 * as the second moments of the layer's inputs say. A predictor's inputs are known completely (every coordinate there is),
 * so nothing is estimated.
 */
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { codeOf } from '#engine/quantisation/row-scales.ts'

/** Share of the mean diagonal added to it: keeps the inverse finite where inputs are linearly dependent. */
const damping = 1e-2

export interface RoundedLayer {
  /** [rows, columns], every value a code times its row's scale. */
  readonly weight: HostTensor
  /** [rows], full precision. */
  readonly bias: HostTensor
}

/**
 * @param weight [rows, columns]
 * @param bias [rows]
 * @param products [columns + 1, columns + 1] second moments of the inputs, the bias' constant 1 last
 * @param scales one a row
 * @param isPruned whether zeros of `weight` stay zero; what the columns before asked of them goes on to later ones
 */
export function roundCompensated(
  weight: HostTensor,
  bias: HostTensor,
  products: Float64Array,
  scales: ArrayLike<number>,
  bits: IntegerBits,
  isPruned = false,
): RoundedLayer {
  const [rows = 0, columns = 0] = weight.shape
  const size = columns + 1
  const factor = upperFactorOfInverse(damped(products, size), size)
  const largest = largestCode(bits)
  const rounded = new Float32Array(rows * columns)
  const biases = new Float32Array(rows)
  const row = new Float64Array(size)
  for (let at = 0; at < rows; at++) {
    row.set(weight.data.subarray(at * columns, (at + 1) * columns))
    row[columns] = bias.data[at] ?? 0
    const scale = scales[at] ?? 1
    for (let column = 0; column < columns; column++) {
      const value = row[column] ?? 0
      const isHeld = isPruned && weight.data[at * columns + column] === 0
      const kept = isHeld ? 0 : codeOf(value, scale, largest) * scale
      rounded[at * columns + column] = kept
      const error = (value - kept) / (factor[column * size + column] ?? 1)
      for (let later = column + 1; later < size; later++) {
        row[later] = (row[later] ?? 0) - error * (factor[column * size + later] ?? 0)
      }
    }
    biases[at] = row[columns] ?? 0
  }
  return { weight: float32Tensor(weight.shape, rounded), bias: float32Tensor(bias.shape, biases) }
}

function damped(products: Float64Array, size: number): Float64Array {
  let trace = 0
  for (let at = 0; at < size; at++) trace += products[at * size + at] ?? 0
  const matrix = Float64Array.from(products)
  for (let at = 0; at < size; at++) matrix[at * size + at] = (matrix[at * size + at] ?? 0) + (damping * trace) / size
  return matrix
}

/** U, upper triangular, with U^T U the inverse of the symmetric positive definite `matrix`. */
function upperFactorOfInverse(matrix: Float64Array, size: number): Float64Array {
  const lower = choleskyFactor(matrix, size)
  const inverse = inverseFromFactor(lower, size)
  const factor = choleskyFactor(inverse, size)
  const upper = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) upper[column * size + row] = factor[row * size + column] ?? 0
  }
  return upper
}

/** L, lower triangular, with L L^T = matrix. */
function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] ?? 0
      for (let at = 0; at < column; at++) sum -= (factor[row * size + at] ?? 0) * (factor[column * size + at] ?? 0)
      // Rounding can push a pivot of a nearly singular matrix below zero; damping keeps it far from there.
      factor[row * size + column] =
        row === column ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / (factor[column * size + column] ?? 1)
    }
  }
  return factor
}

/** (L L^T)^-1 */
function inverseFromFactor(factor: Float64Array, size: number): Float64Array {
  // Rows of L^-1, by forward substitution.
  const inverted = new Float64Array(size * size)
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let sum = row === column ? 1 : 0
      for (let at = column; at < row; at++) sum -= (factor[row * size + at] ?? 0) * (inverted[at * size + column] ?? 0)
      inverted[row * size + column] = sum / (factor[row * size + row] ?? 1)
    }
  }
  const inverse = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0
      for (let at = row; at < size; at++) sum += (inverted[at * size + row] ?? 0) * (inverted[at * size + column] ?? 0)
      inverse[row * size + column] = sum
      inverse[column * size + row] = sum
    }
  }
  return inverse
}
