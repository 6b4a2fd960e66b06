import { expect, test } from 'vitest'
import { symmetricEigen } from '#engine/methods/low-rank/symmetric-eigen.ts'
import { Random } from '#shared/basics/random.ts'

test('a matrix with known eigenvalues', () => {
  // Second differences with fixed ends: 2 - 2 cos(k pi / 6), k = 5 .. 1.
  const size = 5
  const matrix = Float64Array.from({ length: 25 }, (_, at) => {
    const apart = Math.abs(Math.floor(at / size) - (at % size))
    return apart === 0 ? 2 : -Number(apart === 1)
  })
  const { values } = symmetricEigen(matrix, size)
  values.forEach((value, at) => expect(value).toBeCloseTo(2 - 2 * Math.cos(((size - at) * Math.PI) / 6), 12))
})

test('vectors are orthonormal and give the matrix back', () => {
  const size = 24
  const random = Random.fromSeed(5)
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      matrix[i * size + j] = random.normal()
      matrix[j * size + i] = matrix[i * size + j] ?? 0
    }
  }
  const { values, vectors } = symmetricEigen(matrix, size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let product = 0
      let rebuilt = 0
      for (let k = 0; k < size; k++) {
        product += (vectors[i * size + k] ?? 0) * (vectors[j * size + k] ?? 0)
        rebuilt += (values[k] ?? 0) * (vectors[k * size + i] ?? 0) * (vectors[k * size + j] ?? 0)
      }
      expect(product).toBeCloseTo(i === j ? 1 : 0, 10)
      expect(rebuilt).toBeCloseTo(matrix[i * size + j] ?? NaN, 10)
    }
  }
})
