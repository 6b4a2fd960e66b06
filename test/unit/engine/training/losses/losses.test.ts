import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { distillationLoss, type DistillationForm } from '#engine/training/losses/distillation.ts'
import { featureMapLoss } from '#engine/training/losses/feature-maps.ts'
import {
  reconstructionLoss,
  sampledReconstructionLoss,
  weightedSquaredError,
} from '#engine/training/losses/reconstruction.ts'
import { safeReciprocal } from '#engine/training/losses/safe-reciprocal.ts'
import { safeSqrt } from '#engine/training/losses/safe-sqrt.ts'
import { stagedSum } from '#engine/training/losses/staged-sum.ts'
import { named } from '#engine/program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMatrix } from '#engine/network/tensor-rank.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { dataOf, evaluate, scalarOf } from '#test/support/run-program.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

/** Value of `build` and its gradient by tensor `x`. */
async function differentiate(
  tensors: HostTensors,
  build: (given: NamedTensors) => tf.Scalar,
): Promise<{ readonly value: number; readonly gradient: readonly number[] }> {
  const results = await evaluate(executor, 'loss', tensors, (given) => {
    const { loss, gradients } = lossGradients(given, ['x'], (leaves) => ({ loss: build(leaves), outputs: {} }))
    return { loss, gradient: named(gradients, 'x') }
  })
  return { value: scalarOf(results, 'loss'), gradient: [...dataOf(results, 'gradient')] }
}

function matrix(rows: readonly (readonly number[])[]): HostTensor {
  return float32Tensor([rows.length, rows[0]?.length ?? 0], Float32Array.from(rows.flat()))
}

function normal(shape: readonly number[], seed: number): HostTensor {
  const random = Random.fromSeed(seed)
  return float32Tensor(
    shape,
    Float32Array.from({ length: shape.reduce((size, extent) => size * extent, 1) }, () => random.normal()),
  )
}

describe('reconstruction', () => {
  const rmse = (given: NamedTensors): tf.Scalar =>
    reconstructionLoss('rmse', { predicted: named(given, 'x'), targets: named(given, 'targets') }, 4)

  test('is the root of the mean squared error, its gradient of norm 1 / sqrt(N)', async () => {
    const x = matrix([
      [1, 2],
      [3, 5],
    ])
    const targets = matrix([
      [1, 2],
      [3, 1],
    ])
    expect(await differentiate({ x, targets }, rmse)).toEqual({ value: 2, gradient: [0, 0, 0, 0.5] })
  })

  test('is zero with zero gradient at equality', async () => {
    const x = normal([2, 2], 1)
    expect(await differentiate({ x, targets: x }, rmse)).toEqual({ value: 0, gradient: [0, 0, 0, 0] })
  })

  test('of a sample counts only what a crop keeps', async () => {
    const tensors = { x: matrix([[3, 9, 4]]), targets: matrix([[0, 0, 0]]), rowWeights: matrix([[1, 0, 1]]) }
    const { value, gradient } = await differentiate(tensors, (given) =>
      sampledReconstructionLoss('rmse', weightedSquaredError(rowsOf(given)), tf.sum(named(given, 'rowWeights')), 1),
    )
    expect(value).toBeCloseTo(Math.sqrt(25 / 2), 5)
    expect(gradient[1]).toBe(0)
  })

  test('of layers weighs each row and scales a sample up to all kernels', async () => {
    const tensors = { x: matrix([[2]]), targets: matrix([[0]]), rowWeights: matrix([[0.25]]) }
    const { value } = await differentiate(tensors, (given) =>
      sampledReconstructionLoss('layer-mse', weightedSquaredError(rowsOf(given)), 1, 1 / 8),
    )
    expect(value).toBe(8)
  })
})

function rowsOf(given: NamedTensors) {
  return {
    predicted: named(given, 'x'),
    targets: named(given, 'targets'),
    rowWeights: named(given, 'rowWeights'),
  }
}

describe('feature maps', () => {
  const loss = (given: NamedTensors): tf.Scalar => featureMapLoss([named(given, 'original')], [named(given, 'x')])

  test('do not change with the scale of a map, but for the guard of small norms', async () => {
    const original = normal([2, 3, 4, 4], 2)
    const x = float32Tensor(
      original.shape,
      Float32Array.from(original.data, (value) => 100 * value),
    )
    expect((await differentiate({ original, x }, loss)).value).toBeLessThan(1e-6)
  })

  test('of opposite directions are at distance 4 a sample, averaged over the batch', async () => {
    const original = normal([2, 3, 4, 4], 3)
    const x = float32Tensor(
      original.shape,
      Float32Array.from(original.data, (value) => -value),
    )
    expect((await differentiate({ original, x }, loss)).value).toBeCloseTo(4, 2)
  })

  test('of zeros have a finite gradient', async () => {
    const original = normal([1, 2, 2, 2], 4)
    const x = float32Tensor(original.shape, new Float32Array(8))
    const { gradient } = await differentiate({ original, x }, loss)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })

  test('that are equal are at distance 0, exactly', async () => {
    const original = normal([3, 2, 5, 5], 5)
    expect((await differentiate({ original, x: original }, loss)).value).toBe(0)
  })

  test('that are listed twice count twice', async () => {
    const [original, x] = [normal([2, 3, 4, 4], 2), normal([2, 3, 4, 4], 3)]
    const once = await differentiate({ original, x }, loss)
    const twice = await differentiate({ original, x }, (given) => {
      const [wanted, found] = [named(given, 'original'), named(given, 'x')]
      return featureMapLoss([wanted, wanted], [found, found])
    })
    expect(twice.value).toBeCloseTo(2 * once.value, 5)
    for (const [at, value] of twice.gradient.entries()) expect(value).toBeCloseTo(2 * (once.gradient[at] ?? 0), 6)
  })

  test('of one network may meet two of the other', async () => {
    const [original, other, x] = [2, 3, 4].map((seed) => normal([2, 3, 4, 4], seed))
    if (original === undefined || other === undefined || x === undefined) throw new Error('three maps')
    const both = await differentiate({ original, other, x }, (given) => {
      const found = named(given, 'x')
      return featureMapLoss([named(given, 'original'), named(given, 'other')], [found, found])
    })
    const [one, two] = [await differentiate({ original, x }, loss), await differentiate({ original: other, x }, loss)]
    expect(both.value).toBeCloseTo(one.value + two.value, 5)
  })

  test('come in pairs', () => {
    expect(() => featureMapLoss([], [])).toThrow('feature maps come in pairs')
  })
})

describe('distillation', () => {
  const loss =
    (form: DistillationForm, temperature = 1) =>
    (given: NamedTensors): tf.Scalar =>
      distillationLoss(asMatrix(named(given, 'original')), asMatrix(named(given, 'x')), form, temperature)
  const original = matrix([
    [2, 0, -1],
    [0, 1, 0],
  ])

  test('of equal logits is zero; stabilised it is slightly negative', async () => {
    expect((await differentiate({ original, x: original }, loss('standard'))).value).toBeCloseTo(0, 6)
    const stabilised = (await differentiate({ original, x: original }, loss('stabilised'))).value
    expect(stabilised).toBeLessThan(0)
    expect(stabilised).toBeGreaterThan(-3e-4)
  })

  test('has the gradient (q - p) / B', async () => {
    const x = matrix([
      [0, 0, 0],
      [0, 0, 0],
    ])
    const { gradient } = await differentiate({ original, x }, loss('standard'))
    const softmax = (logits: readonly number[]): number[] => {
      const powers = logits.map(Math.exp)
      const sum = powers.reduce((total, power) => total + power, 0)
      return powers.map((power) => power / sum)
    }
    const expected = [softmax([2, 0, -1]), softmax([0, 1, 0])].flat().map((p) => (1 / 3 - p) / 2)
    gradient.forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? NaN, 6))
  })

  test('at a temperature is that of divided logits, times its square', async () => {
    const x = normal([2, 3], 5)
    const halved = (tensor: HostTensor): HostTensor =>
      float32Tensor(
        tensor.shape,
        Float32Array.from(tensor.data, (v) => v / 2),
      )
    const warm = await differentiate({ original, x }, loss('standard', 2))
    const plain = await differentiate({ original: halved(original), x: halved(x) }, loss('standard'))
    expect(warm.value).toBeCloseTo(4 * plain.value, 5)
  })

  test.each(['standard', 'stabilised'] as const)('stays finite where probabilities underflow (%s)', async (form) => {
    const { value, gradient } = await differentiate(
      { original: matrix([[500, 0, -500]]), x: matrix([[-500, 0, 500]]) },
      loss(form),
    )
    expect([value, ...gradient].every(Number.isFinite)).toBe(true)
  })
})

describe('guarded operations', () => {
  test('the root of zero has gradient zero, others the usual one', async () => {
    const x = float32Tensor([2], Float32Array.of(0, 4))
    const result = await differentiate({ x }, (given) => tf.sum(safeSqrt(named(given, 'x'))))
    expect(result).toEqual({ value: 2, gradient: [0, 0.25] })
  })

  test('the reciprocal of zero is zero with gradient zero', async () => {
    const x = float32Tensor([3], Float32Array.of(0, 4, -2))
    const result = await differentiate({ x }, (given) => tf.sum(safeReciprocal(named(given, 'x'))))
    expect(result).toEqual({ value: -0.25, gradient: [-0, -0.0625, -0.25] })
  })

  test('sums in stages are sums, gradients included', async () => {
    const x = normal([7, 3, 2, 5], 6)
    const total = Array.from(x.data).reduce((sum, value) => sum + value, 0)
    const result = await differentiate({ x }, (given) => stagedSum(named(given, 'x')))
    expect(result.value).toBeCloseTo(total, 4)
    expect(new Set(result.gradient)).toEqual(new Set([1]))
  })

  test('a sum in stages keeps the digits that one long float32 sum loses', async () => {
    const x = float32Tensor([29_744, 9], new Float32Array(267_696).fill(0.1))
    const { value } = await differentiate({ x }, (given) => stagedSum(named(given, 'x')))
    expect(Math.abs(value / (267_696 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6)
  })
})
