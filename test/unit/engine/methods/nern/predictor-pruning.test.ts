import { expect, test } from 'vitest'
import { prunedByMagnitude } from '#engine/methods/nern/predictor-pruning.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

const matrix = (...values: number[]) => float32Tensor([2, values.length / 2], Float32Array.from(values))

test('the smallest weights of each named matrix become zero, of equals the first', () => {
  const parameters = { a: matrix(3, -1, 2, -2, 0.5, -4), b: matrix(30, -10, 20, -20, 5, -40), c: matrix(0.1, 0.2) }
  const pruned = prunedByMagnitude(parameters, ['a', 'b'], 0.5)
  expect(Array.from(pruned['a']?.data ?? [])).toEqual([3, 0, 0, -2, 0, -4])
  expect(Array.from(pruned['b']?.data ?? [])).toEqual([30, 0, 0, -20, 0, -40])
  expect(pruned['c']).toBe(parameters.c)
})

test.each([0, 0.3, 0.99])('a share of %f takes floor of that many, and taking it again changes nothing', (share) => {
  const random = Random.fromSeed(3)
  const w = float32Tensor(
    [37, 11],
    Float32Array.from({ length: 407 }, () => random.normal()),
  )
  const pruned = prunedByMagnitude({ w }, ['w'], share)
  const values = Array.from(pruned['w']?.data ?? [])
  const zeros = values.filter((value) => value === 0).length
  expect(zeros).toBe(Math.floor(share * 407))
  const largestLost = Math.max(
    0,
    ...Array.from(w.data)
      .filter((_, at) => values[at] === 0)
      .map(Math.abs),
  )
  expect(Math.min(...values.filter((value) => value !== 0).map(Math.abs))).toBeGreaterThan(largestLost)
  expect(prunedByMagnitude(pruned, ['w'], share)).toEqual(pruned)
})
