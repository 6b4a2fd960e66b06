/**
 * Eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan 2013, section 8.5):
 * slower than tridiagonal methods, short, and accurate to the last digits.
 */

export interface SymmetricEigen {
  /** Largest first. */
  readonly values: Float64Array
  /** [n, n]; row i is the unit eigenvector of `values[i]`. */
  readonly vectors: Float64Array
}

/** Rotations stop when what is off the diagonal is so small a part of the whole. */
const tolerance = 1e-12
const mostSweeps = 60

/** @param matrix [n, n], symmetric; left as it is */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  const a = Float64Array.from(matrix)
  const rows = new Float64Array(size * size)
  for (let i = 0; i < size; i++) rows[i * size + i] = 1
  const whole = Math.sqrt(a.reduce((sum, value) => sum + value * value, 0))
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, size) > tolerance * whole; sweep++) {
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, rows, size, p, q)
    }
  }
  const order = Array.from({ length: size }, (_, i) => i).sort(
    (i, j) => (a[j * size + j] ?? 0) - (a[i * size + i] ?? 0),
  )
  const vectors = new Float64Array(size * size)
  order.forEach((from, to) => vectors.set(rows.subarray(from * size, (from + 1) * size), to * size))
  return { values: Float64Array.from(order, (i) => a[i * size + i] ?? 0), vectors }
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) sum += 2 * (a[i * size + j] ?? 0) ** 2
  }
  return Math.sqrt(sum)
}

/** Makes a[p, q] zero by a rotation of both axes, and turns the rows of `vectors` with them. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q] ?? 0
  if (apq === 0) return
  const theta = ((a[q * size + q] ?? 0) - (a[p * size + p] ?? 0)) / (2 * apq)
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const cosine = 1 / Math.sqrt(tangent * tangent + 1)
  const sine = tangent * cosine
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q, cosine, sine)
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k, cosine, sine)
  for (let k = 0; k < size; k++) turn(vectors, p * size + k, q * size + k, cosine, sine)
}

function turn(values: Float64Array, first: number, second: number, cosine: number, sine: number): void {
  const x = values[first] ?? 0
  const y = values[second] ?? 0
  values[first] = cosine * x - sine * y
  values[second] = sine * x + cosine * y
}
